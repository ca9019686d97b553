import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connectImap } from '../machine/imap-client.ts';
import { encryptedMail } from '../machine/mail.ts';
import { endpoint, newLogin, type Relay, shell, startRelay } from '../machine/relay.ts';
import { connectSmtp } from '../machine/smtp-client.ts';
import { atMost, type Figure, median } from './figures.ts';
import { delivered, LOAD_SETTINGS, rate, senders } from './load.ts';
import { Session } from './smtp-load.ts';

const LOGINS = 40;
const APART = { times: 8, ms: 2000 };
const BURST = { times: 10, ms: 100 };
const ROUNDS = 5;

/** Hundredths of a second that all processes of the relay have run, with those that ended (proc(5), stat). */
const TICKS =
  "cat /proc/[0-9]*/stat 2>/dev/null | sed 's/.*) //' | awk '{ sum += $12 + $13 + $14 + $15 } END { print sum }'";

const ticks = async (relay: Relay): Promise<number> => Number(await shell(relay, TICKS));

const TLS = { rejectUnauthorized: false };

/** Milliseconds from connecting to port 465 to the reply to a login. */
const loginTimes = async (relay: Relay): Promise<number[]> => {
  const { user, password } = newLogin(relay);
  const { host, port } = endpoint(relay, 'submissions');
  const submission = { host, port, servername: relay.domain, user, password };
  const times: number[] = [];
  for (let i = 0; i <= LOGINS; i++) {
    const start = performance.now();
    const session = await Session.open(submission);
    times.push(performance.now() - start);
    session.close();
  }
  // The first makes the address.
  return times.slice(1);
};

/** Milliseconds from the reply to a submitted message to EXISTS at an IDLE client. */
const newsTimes = async (relay: Relay, { times, ms }: typeof APART): Promise<number[]> => {
  const [{ user, password }, sender] = [newLogin(relay), newLogin(relay)];
  const imap = await connectImap(endpoint(relay, 'imaps', TLS));
  await imap.logIn(user, password);
  await imap.require('SELECT INBOX');
  const smtp = await connectSmtp(endpoint(relay, 'submissions', TLS));
  await smtp.ehlo();
  await smtp.logIn(sender.user, sender.password);
  const mail = await encryptedMail({ from: sender.user, to: user });
  const idle = await imap.idle();
  const accepted: number[] = [];
  const heard: number[] = [];
  const listening = (async () => {
    while (heard.length < times) {
      const [, count] = /^\* (\d+) EXISTS/.exec(await idle.next()) ?? [];
      while (heard.length < Number(count ?? 0)) heard.push(performance.now());
    }
  })();
  for (let i = 0; i < times; i++) {
    await pause(ms);
    await smtp.send({ from: sender.user, to: [user], mail });
    accepted.push(performance.now());
  }
  await listening;
  smtp.close();
  imap.close();
  return heard.map((at, i) => at - (accepted[i] ?? Number.NaN));
};

/** Milliseconds of the processor that a message takes from its submission to the mailbox. */
const costOfMessage = async (relay: Relay): Promise<number[]> => {
  const all = await senders(relay);
  await rate(relay, all);
  const costs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = await ticks(relay);
    await rate(relay, all);
    costs.push(((await ticks(relay)) - before) * (10 / delivered(all)));
  }
  return costs;
};

/** How long somebody waits for a relay in a container, and what a message costs. */
export const speedFigures = async (): Promise<Figure[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'chatmail-bench-'));
  const file = join(folder, 'user-data');
  await writeFile(file, LOAD_SETTINGS);
  const { relay, stop } = await startRelay(['--backend', 'nspawn', '--user-data', file]);
  try {
    await shell(relay, 'systemctl stop chatmail-firstboot');
    await pause(5000);
    return [
      atMost(
        `port 465: connect, greeting and login, median of ${LOGINS}`,
        median(await loginTimes(relay)),
        'ms',
        8,
      ),
      atMost('IDLE: news, 2 s apart, median', median(await newsTimes(relay, APART)), 'ms', 5),
      atMost('IDLE: news in a burst, 100 ms apart, median', median(await newsTimes(relay, BURST)), 'ms', 15),
      atMost('processor time of a local message, median', median(await costOfMessage(relay)), 'ms', 6),
    ];
  } finally {
    await stop();
    await rm(folder, { recursive: true });
  }
};
