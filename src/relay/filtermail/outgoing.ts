import type { MessageFilter } from '../lib/milter.ts';
import { cleaned, hasTooManyFields } from './cleaning.ts';
import { readMessage } from './message.ts';
import { refuseOutgoing } from './policy.ts';

/** Filters one message of a user, submitted with a login. `maySend` says whether the sender's rate allows it. */
export const outgoingMessage = (maySend: (sender: string) => boolean): MessageFilter => {
  const { read, ...message } = readMessage();
  let sender = '';
  let recipients = 0;
  let recipient = '';
  return {
    ...message,
    mail: (address, macros) => {
      sender = address;
      const login = macros.get('auth_authen') ?? sender;
      return maySend(login.toLowerCase()) ? undefined : `450 4.7.1: Too much mail from ${sender}`;
    },
    recipient: (address) => {
      recipients++;
      recipient = address;
      return undefined;
    },
    end: () => {
      const { headers, ...facts } = read();
      const refusal = refuseOutgoing({
        ...facts,
        sender,
        subject: headers.only('subject'),
        recipient: recipients === 1 ? recipient : undefined,
      });
      if (refusal) return { refusal };
      return hasTooManyFields(headers)
        ? { refusal: '554 5.6.0 Too many header fields' }
        : { edits: cleaned(headers) };
    },
  };
};
