import type { Model } from '../../model/model.ts';
import { RawHeader } from './dkim/raw-header.ts';
import { type Keys, startVerification, type Verification } from './dkim/verification.ts';
import { readMessage } from './message.ts';
import type { MessageFilter } from './milter/serve.ts';
import { isLiteral, refuseIncoming, refuseUnsigned } from './policy.ts';

/** Filters one message from elsewhere. `lookup` asks doveauth for `shared/recipient/<address>`; `keys` are those of DKIM. */
export const incomingMessage = (
  { addressDomain }: Pick<Model, 'addressDomain'>,
  lookup: (key: string) => Promise<string | undefined>,
  keys: Keys,
  now = () => Date.now() / 1000,
): MessageFilter => {
  const { read, from, ...message } = readMessage();
  const raw = new RawHeader();
  let verification: Verification | undefined;
  const verified = (): Verification => {
    verification ??= startVerification(raw.fields, from()?.domain ?? '');
    return verification;
  };
  let sender = '';
  let isCleartextWelcome = true;
  let hasRecipient = false;
  let isByHttp = false;
  let unknown: string | undefined;
  return {
    ...message,
    mail: (address, macros) => {
      sender = address;
      isByHttp = macros.get('daemon_name') === 'mxdeliv';
      return undefined;
    },
    recipient: async (address) => {
      // Also what Postfix takes for a local address although it does not exist, such as a bare `postmaster`.
      const answer = await lookup(`shared/recipient/${address.toLowerCase()}`);
      if (answer === undefined) {
        unknown = `550 5.1.1 <${address}>: no such user`;
        return isByHttp ? undefined : unknown;
      }
      hasRecipient = true;
      isCleartextWelcome &&= answer === '0';
      return undefined;
    },
    header: (name, value) => {
      message.header(name, value);
      raw.add(name, value);
    },
    body: (chunk) => {
      message.body(chunk);
      verified().body(chunk);
    },
    end: async () => {
      // One HTTP status tells of all recipients. Where some exist, Dovecot refuses the rest, and Postfix tells the sender.
      if (unknown !== undefined && !hasRecipient) return { refusal: unknown };
      const { headers, ...facts } = read();
      const refusal = refuseIncoming({
        ...facts,
        sender,
        isCleartextWelcome,
        isAutoSubmitted: headers.count('auto-submitted') > 0,
        addressDomain,
      });
      if (refusal) return { refusal };
      if (raw.isTooLarge()) return { refusal: '552 5.3.4 Message header is too large' };
      if (!isLiteral(facts.from?.domain ?? '')) {
        const hasSignature = headers.count('dkim-signature') > 0;
        const unsigned = refuseUnsigned(await verified().finding(keys, now()), hasSignature);
        if (unsigned) return { refusal: unsigned };
      }
      // The reverse-path is not verified: bounces go nowhere rather than to a stranger.
      const isForeign = sender !== '' && sender.toLowerCase() !== facts.from?.address;
      return { edits: isForeign ? [{ sender: '' }] : [] };
    },
  };
};
