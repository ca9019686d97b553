import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootContainer } from '../../src/lab/nspawn.ts';
import { relayOutcome } from '../../src/lab/readiness.ts';
import { cachedTree, treeCache } from '../../src/lab/tree-cache.ts';
import { connectImap } from '../machine/imap-client.ts';
import { encryptedMail } from '../machine/mail.ts';
import { endpoint, newLogin, type Relay, shell, startRelay } from '../machine/relay.ts';
import { connectSmtp } from '../machine/smtp-client.ts';
import { atMost, type Figure, median } from './figures.ts';

/** A computer that measures is busy, which by default closes a relay for new addresses. */
const USER_DATA = '#cloud-config\nchatmail:\n  mail_domain: _bench.test\n  max_load_1m: 1000\n';

const MESSAGES = 15;
const APART = 2000;

const PROPORTIONAL = 'cat /proc/[0-9]*/smaps_rollup 2>/dev/null | sed -n "s/^Pss: *\\([0-9]*\\) kB/\\1/p"';

/** Proportional memory of all processes in the relay, in MB. */
const memory = async (relay: Relay): Promise<number> =>
  (await shell(relay, PROPORTIONAL)).split('\n').reduce((sum, kB) => sum + Number(kB) / 1024, 0);

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Milliseconds from the reply to a submitted message to EXISTS at an IDLE client, each message `APART`. */
const deliveryTimes = async (relay: Relay): Promise<number[]> => {
  const { user, password } = newLogin(relay);
  const tls = { rejectUnauthorized: false };
  const imap = await connectImap(endpoint(relay, 'imaps', tls));
  await imap.logIn(user, password);
  await imap.require('SELECT INBOX');
  const smtp = await connectSmtp(endpoint(relay, 'submissions', tls));
  await smtp.ehlo();
  await smtp.logIn(user, password);
  const idle = await imap.idle();
  const times: number[] = [];
  for (let i = 0; i < MESSAGES; i++) {
    await pause(APART);
    const mail = await encryptedMail({ from: user, to: user });
    const arrival = (async () => {
      for (;;) if (/EXISTS/.test(await idle.next())) return performance.now();
    })();
    const { code, text } = await smtp.send({ from: user, to: [user], mail });
    if (code !== 250) throw new Error(`${code} ${text}`);
    const accepted = performance.now();
    times.push((await arrival) - accepted);
  }
  smtp.close();
  imap.close();
  return times;
};

/** Seconds from starting the container to the relay's word that it is ready. */
const startTime = async (userData?: string): Promise<number> => {
  const tree = await cachedTree('dist/chatmail-relay.tar', { cache: treeCache(process.env) });
  const start = performance.now();
  const machine = await bootContainer({ tree, ...(userData && { userData: Buffer.from(userData) }) });
  try {
    const outcome = await relayOutcome(machine.console);
    if (outcome?.state !== 'ready') throw new Error(`not ready: ${JSON.stringify(outcome)}`);
    return (performance.now() - start) / 1000;
  } finally {
    await machine.remove();
  }
};

/** What a relay in a container takes: to start, of memory, and to deliver. */
export const relayFigures = async (): Promise<Figure[]> => {
  const bare = [await startTime(), await startTime(), await startTime()];
  const told = [await startTime(USER_DATA), await startTime(USER_DATA), await startTime(USER_DATA)];
  const folder = await mkdtemp(join(tmpdir(), 'chatmail-bench-'));
  await writeFile(join(folder, 'user-data'), USER_DATA);
  const { relay, stop } = await startRelay(['--backend', 'nspawn', '--user-data', join(folder, 'user-data')]);
  try {
    await pause(10_000);
    const idle = await memory(relay);
    const times = await deliveryTimes(relay);
    return [
      atMost('container: start to ready without user-data, median of 3', median(bare), 's', 8),
      atMost('container: start to ready from user-data, median of 3', median(told), 's', 8),
      atMost('memory of all processes, idle', idle, 'MB', 250),
      atMost(`IDLE delivery, median of ${MESSAGES}, ${APART / 1000} s apart`, median(times), 'ms', 50),
    ];
  } finally {
    await stop();
    await rm(folder, { recursive: true });
  }
};
