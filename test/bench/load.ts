import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { endpoint, newLogin, type Relay, shell, startRelay } from '../machine/relay.ts';
import { atLeast, atMost, type Figure, median } from './figures.ts';
import { incomingFigures } from './incoming.ts';
import { loadMail, Session, type Submission } from './smtp-load.ts';

/** Nothing here may be refused for its rate, or because a computer that measures is busy. */
const SETTINGS = [
  'mail_domain: _bench.test',
  'max_load_1m: 1000',
  'max_user_send_per_minute: 100000',
  'max_user_send_burst_size: 100000',
  'max_smtp_connections: 1000',
];
export const LOAD_SETTINGS = `#cloud-config\nchatmail:\n${SETTINGS.map((line) => `  ${line}\n`).join('')}`;
const SESSIONS = 10;
const PER_SESSION = 60;
const ROUNDS = 5;
const SIZE = 5000;
const LARGE = 25_000_000;

/** Proportional memory of our own processes, in MB. */
const OWN_MEMORY =
  'for p in /proc/[0-9]*; do grep -qas /usr/bin/chatmail $p/cmdline && cat $p/smaps_rollup 2>/dev/null; done | sed -n "s/^Pss: *\\([0-9]*\\) kB/\\1/p"';

const ownMemory = async (relay: Relay): Promise<number> =>
  (await shell(relay, OWN_MEMORY)).split('\n').reduce((sum, kB) => sum + Number(kB) / 1024, 0);

interface Sender {
  readonly submission: Submission;
  readonly to: string;
  readonly mail: Buffer;
}

/** Ten users, each of whom writes to the next. */
export const senders = async (relay: Relay): Promise<Sender[]> => {
  const { host, port } = endpoint(relay, 'submissions');
  const logins = Array.from({ length: SESSIONS }, () => newLogin(relay));
  return Promise.all(
    logins.map(async ({ user, password }, i) => {
      const submission = { host, port, servername: relay.domain, user, password };
      // The first login makes the address.
      (await Session.open(submission)).close();
      const to = logins[(i + 1) % SESSIONS]?.user ?? user;
      return { submission, to, mail: await loadMail(user, to, SIZE) };
    }),
  );
};

const DELIVERED = 'find /home/vmail/mail -path "*/new/*" -type f -printf x | wc -c';

/** How many messages {@link rate} delivers. */
export const delivered = (all: readonly Sender[]): number => all.length * PER_SESSION;

/** Messages a second, from login to the mailbox, with ten sessions at once. */
export const rate = async (relay: Relay, all: readonly Sender[]): Promise<number> => {
  await shell(relay, 'find /home/vmail/mail -path "*/new/*" -type f -delete');
  const start = performance.now();
  await Promise.all(
    all.map(async ({ submission, to, mail }) => {
      const session = await Session.open(submission);
      for (let i = 0; i < PER_SESSION; i++) await session.send(to, mail);
      session.close();
    }),
  );
  const wanted = delivered(all);
  while (Number(await shell(relay, DELIVERED)) < wanted) await pause(20);
  return (1000 * wanted) / (performance.now() - start);
};

const RELOAD = 'systemctl reload postfix@-';
const FILTER_OFF = `postconf -e smtpd_milters=unix:opendkim/opendkim.sock; ${RELOAD}`;
const FILTER_ON = `postconf -e "smtpd_milters=unix:chatmail/outgoing.sock unix:opendkim/opendkim.sock"; ${RELOAD}`;

/** The highest of what is measured while `work` goes on. */
const peakOf = async (measure: () => Promise<number>, work: Promise<unknown>): Promise<number> => {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  let peak = 0;
  while (!isOver) {
    peak = Math.max(peak, await measure());
    await pause(500);
  }
  await over;
  return peak;
};

const FILTER = '$(systemctl show -P MainPID chatmail-filtermail)';
const memoryOf = async (relay: Relay, field: 'VmRSS' | 'VmHWM'): Promise<number> =>
  Number(await shell(relay, `sed -n "s/^${field}:\\s*\\([0-9]*\\) kB/\\1/p" /proc/${FILTER}/status`)) / 1024;

/** Megabytes by which the filter grows at its highest for one large message. */
const largeMessage = async (relay: Relay, { submission, to }: Sender): Promise<number> => {
  const mail = await loadMail(submission.user, to, LARGE);
  await shell(relay, `echo 5 > /proc/${FILTER}/clear_refs`);
  const before = await memoryOf(relay, 'VmRSS');
  const session = await Session.open(submission);
  await session.send(to, mail);
  session.close();
  return (await memoryOf(relay, 'VmHWM')) - before;
};

/** Seconds from the end of a service by SIGKILL to the next message that is taken. */
const comeback = async (relay: Relay, { submission, to, mail }: Sender, unit: string): Promise<number> => {
  await shell(relay, `systemctl kill --signal=KILL --kill-whom=main ${unit}`);
  const start = performance.now();
  for (;;)
    try {
      const session = await Session.open(submission);
      await session.send(to, mail);
      session.close();
      return (performance.now() - start) / 1000;
    } catch {
      await pause(20);
    }
};

/** What our own processes take and cost, of a relay in a container that is given work. */
export const loadFigures = async (): Promise<Figure[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'chatmail-bench-'));
  const file = join(folder, 'user-data');
  await writeFile(file, LOAD_SETTINGS);
  const { relay, stop } = await startRelay(['--backend', 'nspawn', '--user-data', file]);
  try {
    // Once it has said that it is ready it still looks for its DNS, for an hour.
    await shell(relay, 'systemctl stop chatmail-firstboot');
    await pause(5000);
    const idle = await ownMemory(relay);
    const all = await senders(relay);
    // Warms everything up, and is not measured but for memory: to look takes time.
    const busy = await peakOf(() => ownMemory(relay), rate(relay, all));
    const [on, off]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      await shell(relay, FILTER_OFF);
      off.push(await rate(relay, all));
      await shell(relay, FILTER_ON);
      on.push(await rate(relay, all));
    }
    const [first] = all;
    if (!first) throw new Error('nobody sends');
    const [withFilter, without] = [median(on), median(off)];
    return [
      atMost('own processes, idle', idle, 'MB', 90),
      atMost('own processes, under load', busy, 'MB', 130),
      atLeast(
        `submission to mailbox: ${withFilter.toFixed(0)} a second, beside ${without.toFixed(0)} without the filter`,
        withFilter / without,
        '×',
        0.85,
      ),
      ...(await incomingFigures(relay, first.to)),
      atMost('filter: more memory for a message of 25 MB', await largeMessage(relay, first), 'MB', 5),
      atMost('back after SIGKILL: doveauth', await comeback(relay, first, 'chatmail-doveauth'), 's', 2),
      atMost('back after SIGKILL: filtermail', await comeback(relay, first, 'chatmail-filtermail'), 's', 2),
    ];
  } finally {
    await stop();
    await rm(folder, { recursive: true });
  }
};
