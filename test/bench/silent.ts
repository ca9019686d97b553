import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { encryptedMail } from '../machine/mail.ts';
import { endpoint, newLogin, shell, startRelay } from '../machine/relay.ts';
import { HEALTHY, startSilentRelay } from '../machine/silent-relay.ts';
import { connectSmtp } from '../machine/smtp-client.ts';
import { atMost, type Figure, median } from './figures.ts';

const SETTINGS = [
  'mail_domain: _bench.test',
  'max_load_1m: 1000',
  'max_user_send_burst_size: 1000',
  'deliver_to_private_addresses: true',
];
const STUCK = 70;
const ROUNDS = 5;
const [STUCK_AT, TO] = ['x@_silent.example', 'x@_healthy.example'];

/** What this computer is called in the relay's DNS: a relay that never answers, and one that does. */
const zone = (address: string): string =>
  [
    'server:',
    '  local-data: "_silent.example. MX 10 silent.example."',
    `  local-data: "silent.example. A ${address}"`,
    '  local-data: "_healthy.example. MX 10 healthy.example."',
    `  local-data: "${HEALTHY}. A ${address}"`,
  ].join('\n');

/** How long a message to one relay takes from its acceptance while another relay is silent. */
export const silentFigures = async (): Promise<Figure[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'chatmail-bench-'));
  const file = join(folder, 'user-data');
  await writeFile(file, `#cloud-config\nchatmail:\n${SETTINGS.map((line) => `  ${line}\n`).join('')}`);
  const { relay, stop } = await startRelay(['--backend', 'nspawn', '--user-data', file]);
  try {
    // The servers may read their files once more.
    await pause(5000);
    const { user, password } = newLogin(relay);
    const smtp = await connectSmtp(endpoint(relay, 'submissions', { rejectUnauthorized: false }));
    await smtp.logIn(user, password);
    const silent = await startSilentRelay(smtp.localAddress);
    await shell(
      relay,
      `cat > /etc/unbound/unbound.conf.d/bench.conf <<'END'\n${zone(smtp.localAddress)}\nEND\nsystemctl restart unbound`,
    );
    const send = async (to: string): Promise<void> => {
      const { code, text } = await smtp.send({
        from: user,
        to: [to],
        mail: await encryptedMail({ from: user, to }),
      });
      if (code !== 250) throw new Error(`${code} ${text}`);
    };
    const timed = async (): Promise<number> => {
      const delivered = silent.delivered();
      await send(TO);
      const accepted = performance.now();
      return Math.max(0, (await delivered) - accepted) / 1000;
    };
    const alone: number[] = [];
    for (let n = 0; n < ROUNDS; n++) alone.push(await timed());
    for (let n = 0; n < STUCK; n++) await send(STUCK_AT);
    const beside: number[] = [];
    for (let n = 0; n < ROUNDS; n++) beside.push(await timed());
    const stuck = silent.waiting();
    smtp.close();
    await silent.close();
    return [
      atMost(
        `to a relay while ${STUCK} messages wait for a silent one (${stuck} asked), longest of ${ROUNDS}; without: ${median(alone).toFixed(2)} s`,
        Math.max(...beside),
        's',
        1,
      ),
    ];
  } finally {
    await stop();
    await rm(folder, { recursive: true });
  }
};
