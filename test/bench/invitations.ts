import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, shell, startRelay } from '../machine/relay.ts';
import { atLeast, type Figure } from './figures.ts';

const ACCOUNTS = 4000;
const AT_ONCE = 20;

/** Asks as nginx does, each time for another network, and prints how many accounts a second were given. */
const ASK = `
const { request } = require('node:http');
const [token, all, atOnce] = process.argv.slice(1);
let sent = 0, given = 0;
const one = () => new Promise((done, fail) => {
  const n = sent++;
  const headers = { 'x-real-ip': '10.' + (n >> 8) + '.' + (n & 255) + '.1', host: '_bench.test' };
  request({ socketPath: '/run/chatmail/web.sock', method: 'POST', path: '/new?i=' + token, headers }, (response) => {
    if (response.statusCode === 200) given++;
    response.resume().on('end', done);
  }).on('error', fail).end();
});
const client = async () => { while (sent < all) await one(); };
const start = performance.now();
Promise.all(Array.from({ length: atOnce }, client)).then(() => {
  if (given < all) throw new Error(given + ' of ' + all);
  console.log(given / (performance.now() - start) * 1000);
});`;

/** How many people may use an invitation at once. */
export const invitationFigures = async (): Promise<Figure[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'chatmail-bench-'));
  const file = join(folder, 'user-data');
  await writeFile(
    file,
    '#cloud-config\nchatmail:\n  mail_domain: _bench.test\n  max_load_1m: 1000\n  registration: invite\n',
  );
  const { relay, stop } = await startRelay(['--backend', 'nspawn', '--user-data', file]);
  try {
    const { link } = JSON.parse(await shell(relay, `chatmail invite create --uses ${ACCOUNTS} --json`)) as {
      link: string;
    };
    const token = link.replace(/.*\/i\//, '');
    const { stdout, all } = await run(relay, 'node', '-e', ASK, token, `${ACCOUNTS}`, `${AT_ONCE}`);
    if (!(Number(stdout) > 0)) throw new Error(all);
    return [atLeast(`accounts given to invited people, ${AT_ONCE} at once`, Number(stdout), '/s', 200)];
  } finally {
    await stop();
    await rm(folder, { recursive: true });
  }
};
