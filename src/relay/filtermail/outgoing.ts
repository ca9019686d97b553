import { cleaned, hasTooManyFields } from './cleaning.ts';
import { LineLength } from './line-length.ts';
import { readMessage } from './message.ts';
import type { MessageFilter } from './milter/serve.ts';
import { refuseOutgoing } from './policy.ts';

/** More are found out when Postfix asks. */
const MAX_DOMAINS = 50;

/**
 * Filters one message of a user, submitted with a login. `maySend` says whether the sender's rate allows it;
 * `settled` resolves when it is known how other domains are reached, or after a while, so that the first message to
 * one goes the right way; `isOpen` says whether the address exists and is not blocked, as a session outlives that.
 */
export const outgoingMessage = (
  maySend: (sender: string) => boolean,
  settled: (domains: readonly string[]) => Promise<unknown> | undefined = () => undefined,
  isOpen: (login: string) => boolean | Promise<boolean> = () => true,
): MessageFilter => {
  const { read, from: _, ...message } = readMessage();
  const lines = new LineLength();
  let sender = '';
  let recipients = 0;
  let recipient = '';
  const domains = new Set<string>();
  return {
    header: (name, value) => {
      lines.header(name, value);
      message.header(name, value);
    },
    body: (chunk) => {
      lines.body(chunk);
      message.body(chunk);
    },
    mail: async (address, macros) => {
      sender = address;
      const login = (macros.get('auth_authen') ?? sender).toLowerCase();
      if (!maySend(login)) return `450 4.7.1: Too much mail from ${sender}`;
      return (await isOpen(login)) ? undefined : '554 5.7.1 Blocked';
    },
    recipient: (address) => {
      recipients++;
      recipient = address;
      if (domains.size < MAX_DOMAINS) domains.add(address.slice(address.lastIndexOf('@') + 1).toLowerCase());
      return undefined;
    },
    end: async () => {
      const { headers, ...facts } = read();
      const refusal = refuseOutgoing({
        ...facts,
        sender,
        subject: headers.only('subject'),
        hasLongLine: lines.end(),
        recipient: recipients === 1 ? recipient : undefined,
      });
      if (refusal) return { refusal };
      if (hasTooManyFields(headers)) return { refusal: '554 5.6.0 Too many header fields' };
      await settled([...domains]);
      return { edits: cleaned(headers) };
    },
  };
};
