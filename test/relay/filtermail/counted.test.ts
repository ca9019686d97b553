import { expect, test } from 'vitest';
import { counted } from '../../../src/relay/filtermail/counted.ts';
import type { MessageFilter } from '../../../src/relay/filtermail/milter/serve.ts';

const message = (step: 'mail' | 'recipient' | 'end', reply?: string): MessageFilter => ({
  mail: () => (step === 'mail' ? reply : undefined),
  recipient: () => (step === 'recipient' ? reply : undefined),
  header: () => {},
  body: () => {},
  end: () => (step === 'end' && reply !== undefined ? { refusal: reply } : { edits: [] }),
});

test.each([
  ['end', undefined, 'accepted'],
  ['mail', '450 4.7.1: Too much mail from a@b', 'rate'],
  ['recipient', '550 5.1.1 <a@b>: no such user', 'recipient'],
  ['end', '523 Encryption Needed: Invalid Unencrypted Mail', 'cleartext'],
  ['end', '500 Invalid FROM <a@b> for <c@d>', 'from'],
  ['end', '554 5.7.1 Invalid FROM', 'from'],
  ['end', '554 5.7.1 No DKIM signature found', 'signature'],
  ['end', '554 5.7.1 No valid DKIM signature found', 'signature'],
  ['end', '554 5.6.0 Too many header fields', 'other'],
] as const)('%s %s is counted as %s', async (step, reply, result) => {
  const counts: unknown[] = [];
  const filter = counted('incoming', message(step, reply), (...what) => counts.push(what));
  const answers = [await filter.mail('', new Map()), await filter.recipient('')];
  if (step === 'end') await filter.end();
  else expect(answers).toContain(reply);
  expect(counts).toEqual([['mail', { direction: 'incoming', result }]]);
});
