import { expect, test } from 'vitest';
import type { RecordState } from '../../../src/dns/compare.ts';
import { nextStep } from '../../../src/relay/readiness/next-step.ts';
import type { State } from '../../../src/relay/readiness/state.ts';

const records = (...states: RecordState[]) =>
  states.map((state) => ({ name: 'b.c', type: 'A', value: '::', isRequired: true, state }) as const);
const DONE = records('found');
const SPF = { name: 'b.c', type: 'TXT', value: 'v=spf1', isRequired: false, state: 'missing' } as const;
const failed = { state: 'failed', detail: 'refused' } as const;

test.each<[string, Partial<State>]>([
  ['Settings are wrong. Correct them.', { state: 'error', step: 'Settings are wrong. Correct them.' }],
  ['Nothing to do yet: wait until the relay has started.', { state: 'configuring' }],
  ['Nothing to do yet: wait until the relay has started.', { state: 'starting', dns: records('missing') }],
  ['Nothing to do yet: wait until the relay has started.', { state: 'waiting' }],
  ['Add the DNS record below where you manage b.c.', { state: 'waiting', dns: records('missing', 'found') }],
  ['Add the 2 DNS records below where you manage b.c.', { dns: records('missing', 'different', 'unknown') }],
  ['Nothing to do yet: the name servers of b.c do not answer.', { dns: records('unknown', 'found') }],
  ['Nothing left to do: the certificate is on its way.', { dns: [...DONE, SPF] }],
  [
    'No certificate yet: see below for the reason. The relay tries again by itself.',
    { dns: DONE, certificate: failed },
  ],
  [
    'Your relay is ready: open its home page to join.',
    { state: 'ready', dns: [...DONE, SPF], port25: 'open' },
  ],
  [
    'You can join now. Port 25 is blocked: see below how to reach all mail servers.',
    { state: 'ready', port25: 'blocked' },
  ],
  [
    'You can join now; to get mail from other servers, add the DNS record below.',
    { state: 'ready', dns: records('missing'), port25: 'blocked' },
  ],
])('%s', (sentence, state) => {
  expect(nextStep({ state: 'waiting', step: '', domain: 'b.c', since: 0, ...state })).toBe(sentence);
});
