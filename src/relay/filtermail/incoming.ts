import type { Model } from '../../model/model.ts';
import type { MessageFilter } from '../lib/milter.ts';
import { isSignedBy } from './dkim.ts';
import { readMessage } from './message.ts';
import { refuseIncoming } from './policy.ts';

/** Filters one message from elsewhere. `lookup` asks doveauth for `shared/recipient/<address>`. */
export const incomingMessage = (
  { domain }: Pick<Model, 'domain'>,
  lookup: (key: string) => Promise<string | undefined>,
): MessageFilter => {
  const { read, ...message } = readMessage();
  let sender = '';
  let isCleartextWelcome = true;
  return {
    ...message,
    mail: (address) => {
      sender = address;
      return undefined;
    },
    recipient: async (address) => {
      // Also what Postfix takes for ours and is nobody's, such as a bare `postmaster`.
      const answer = await lookup(`shared/recipient/${address.toLowerCase()}`);
      if (answer === undefined) return `550 5.1.1 <${address}>: no such user`;
      isCleartextWelcome &&= answer === '0';
      return undefined;
    },
    end: () => {
      const { headers, ...facts } = read();
      const refusal = refuseIncoming({
        ...facts,
        sender,
        isCleartextWelcome,
        isAutoSubmitted: headers.count('auto-submitted') > 0,
        hasSignature: headers.count('dkim-signature') > 0,
        isSigned: facts.from !== undefined && isSignedBy(headers, domain, facts.from.domain),
      });
      if (refusal) return { refusal };
      // The reverse-path is not verified: bounces go nowhere rather than to a stranger.
      const isForeign = sender !== '' && sender.toLowerCase() !== facts.from?.address;
      return { edits: isForeign ? [{ sender: '' }] : [] };
    },
  };
};
