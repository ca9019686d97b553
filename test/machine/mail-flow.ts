import { setTimeout as pause } from 'node:timers/promises';
import { connectImap } from './imap-client.ts';
import { encryptedMail } from './mail.ts';
import { endpoint, newLogin, type Relay } from './relay.ts';
import { connectSmtp } from './smtp-client.ts';

/** What mail that flows through a relay has met. */
interface Flow {
  /** Message-IDs that the relay has accepted. */
  readonly accepted: readonly string[];
  /** Replies that refused for good, and connections to port 25 that were refused. */
  readonly refused: readonly string[];
  /** Times at which port 25 has greeted. */
  readonly greeted: readonly number[];
  /** How often the IDLE session of the recipient was told of new mail. */
  readonly heard: number;
  /** Message-IDs that the recipient has in the end. */
  readonly received: readonly string[];
}

/** Only a relay that is down takes longer. */
const AGAIN_MS = 100;

/** Longest time in milliseconds in which port 25 did not greet. */
export const longestSilence = ({ greeted }: Flow): number =>
  Math.max(...greeted.slice(1).map((time, i) => time - (greeted[i] ?? time)));

/**
 * Has mail flow while something is done: messages from one user to another, each submitted again as an app does while the
 * relay asks for that; one client in IDLE; and port 25 asked for its greeting, again and again. Rejects when the IDLE
 * session is cut off.
 */
export const whileMailFlows = async (relay: Relay, action: () => Promise<unknown>): Promise<Flow> => {
  const [alice, bob] = [newLogin(relay), newLogin(relay)];
  const imap = await connectImap(endpoint(relay, 'imaps'));
  await imap.logIn(bob.user, bob.password);
  await imap.require('SELECT INBOX');
  const accepted: string[] = [];
  const refused: string[] = [];
  const greeted: number[] = [];
  let heard = 0;
  let isOver = false;
  const submit = async (mail: string): Promise<void> => {
    for (;;) {
      try {
        const smtp = await connectSmtp(endpoint(relay, 'submissions'));
        const { code: login } = await smtp.logIn(alice.user, alice.password);
        const { code, text } = await smtp.send({ from: alice.user, to: [bob.user], mail });
        smtp.close();
        if (code === 250) return void accepted.push(/^Message-ID: (.*)$/m.exec(mail)?.[1]?.trim() ?? '');
        // A login that failed for the moment is told as all others are.
        if (code >= 500 && login === 235) refused.push(`${code} ${text}`);
      } catch {
        // It is asked again.
      }
      await pause(AGAIN_MS);
    }
  };
  const send = async (): Promise<void> => {
    while (!isOver) await submit(await encryptedMail({ from: alice.user, to: bob.user }));
  };
  const greet = async (): Promise<void> => {
    while (!isOver) {
      try {
        const smtp = await connectSmtp(endpoint(relay, 'smtp'));
        if (smtp.greeting.code === 220) greeted.push(performance.now());
        else refused.push(`port 25: ${smtp.greeting.code}`);
        smtp.close();
      } catch (error) {
        refused.push(`port 25: ${(error as Error).message}`);
      }
      await pause(20);
    }
  };
  const idle = await imap.idle();
  const listen = async (): Promise<void> => {
    for (;;) if (/EXISTS/.test(await idle.next())) heard++;
  };
  let cut: unknown;
  const listening = listen().catch((error: unknown) => {
    cut = error;
  });
  const flowing = [send(), greet()];
  try {
    await action();
  } finally {
    isOver = true;
    await Promise.all(flowing);
  }
  if (cut) throw cut;
  imap.close();
  await listening;
  const reader = await connectImap(endpoint(relay, 'imaps'));
  await reader.logIn(bob.user, bob.password);
  const received = async (): Promise<string[]> => {
    await reader.require('SELECT INBOX');
    const { lines } = await reader.require('FETCH 1:* (BODY.PEEK[HEADER.FIELDS (Message-ID)])');
    return lines.flatMap((line) => /Message-ID: *(\S+)/i.exec(line)?.[1] ?? []);
  };
  let found = await received();
  // What is in the queue comes; only what is lost never does.
  while (!accepted.every((id) => found.includes(id))) {
    await pause(AGAIN_MS);
    found = await received();
  }
  reader.close();
  return { accepted, refused, greeted, heard, received: found };
};
