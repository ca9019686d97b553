import { count } from '../lib/metrics.ts';
import type { MessageFilter } from './milter/serve.ts';

/** Why mail is refused, by the beginning of the SMTP reply. */
const REASONS = [
  [/^450/, 'rate'],
  [/^550/, 'recipient'],
  [/^523/, 'cleartext'],
  [/^500|Invalid FROM/, 'from'],
  [/^451/, 'unknown'],
  [/DKIM/, 'signature'],
] as const;

/** A filter that counts what becomes of its message. */
export const counted = (
  direction: 'incoming' | 'outgoing',
  message: MessageFilter,
  add: typeof count = count,
): MessageFilter => {
  const note = (refusal: string | undefined): void => {
    const [, result = 'other'] = REASONS.find(([pattern]) => pattern.test(refusal ?? '')) ?? [];
    add('mail', { direction, result: refusal === undefined ? 'accepted' : result });
  };
  const noted = (refusal: string | undefined): string | undefined => {
    if (refusal !== undefined) note(refusal);
    return refusal;
  };
  return {
    ...message,
    mail: async (...mail) => noted(await message.mail(...mail)),
    recipient: async (address) => noted(await message.recipient(address)),
    end: async () => {
      const verdict = await message.end();
      note('refusal' in verdict ? verdict.refusal : undefined);
      return verdict;
    },
  };
};
