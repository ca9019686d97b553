import { describe, expect, test } from 'vitest';
import type { CheckedRecord, RecordState } from '../../../src/dns/compare.ts';
import { Refusal } from '../../../src/relay/certificate/authorize.ts';
import {
  afterFailure,
  caaObstacle,
  coversAll,
  explainFailure,
  failureIn,
  isHalfOver,
  isPausing,
  leadsHere,
  namesToCertify,
  pauseAfter,
  withPause,
} from '../../../src/relay/certificate/certify-rules.ts';
import { PublicError } from '../../../src/relay/lib/public-error.ts';
import type { CertificateState } from '../../../src/relay/readiness/state.ts';

const DOMAIN = 'chat.example.org';
const checked = (type: CheckedRecord['type'], state: RecordState, name = DOMAIN): CheckedRecord => ({
  ...{ name, type, value: 'x', isRequired: true, state },
});

describe('pauses', () => {
  test('refusals never pass five in any hour', () => {
    const times: number[] = [];
    for (let time = 0, tries = 1; tries <= 50; time += pauseAfter(tries++, true)) times.push(time);
    for (const start of times)
      expect(times.filter((time) => time >= start && time < start + 3600).length).toBeLessThanOrEqual(5);
  });

  test('silence is asked again soon, then ever later, at most an hour', () => {
    const pauses = Array.from({ length: 20 }, (_, i) => pauseAfter(i + 1, false));
    expect(pauses[0]).toBeLessThanOrEqual(5);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses.at(-1)).toBe(3600);
  });

  test.each([
    [undefined, false],
    [{ state: 'failed', detail: '' }, false],
    [{ state: 'failed', detail: '', retryAt: 101 }, true],
    [{ state: 'failed', detail: '', retryAt: 100 }, false],
    [{ state: 'failed', detail: '', retryAt: 100 + 3600 }, true],
    [{ state: 'failed', detail: '', retryAt: 100 + 63_072_000 }, false],
  ] as const)('at 100, %j: %s', (certificate, expected) =>
    expect(isPausing(certificate, 100)).toBe(expected),
  );
});

/** As acmetool 0.2.2 prints them, cut short. */
const refusal = (type: string, detail: string): string =>
  `20261124180827 [INFO] acmetool.solver: unsuccessful challenge: authorization "https://ca/1" challenge "https://ca/2" failed into final non-valid status invalid [due to inner error: (problem (type "urn:ietf:params:acme:error:${type}") (instance "") (id <nil>) (title ""): (detail "${detail}"))]
20261124180827 [ERROR] acmetool.storageops: failed to reconcile: the following errors occurred:
challenge type not supported`;

test.each([
  ['connection', 'Get \\"http://x\\": timeout', 'does not reach port 80', 'Get "http://x": timeout'],
  ['unauthorized', 'Invalid response', 'another machine answers', 'Invalid response'],
  ['dns', 'NXDOMAIN', 'no answer', 'NXDOMAIN'],
  ['caa', 'CAA record', 'CAA record of the domain does not allow', 'CAA record'],
  ['rateLimited', 'too many', 'too many requests', 'too many'],
  ['malformed', 'what?', 'refused (malformed', 'what?'],
])('a refusal (%s) is explained', (type, detail, words, said) => {
  const failure = failureIn(refusal(type, detail));
  expect(failure).toBeInstanceOf(Refusal);
  expect(explainFailure(failure)).toContain(words);
  expect(explainFailure(failure)).toContain(said);
});

test('silence is no refusal', () => {
  const failure = failureIn('20261124180512 [CRITICAL] acmetool: fatal: connection refused\n');
  expect(failure).not.toBeInstanceOf(Refusal);
  // What a program printed is for the journal.
  expect(failure.message).toContain('connection refused');
  expect(explainFailure(failure)).toBe('the certificate authority does not answer');
});

test.each([
  [
    Object.assign(new Error('connect ECONNREFUSED 192.0.2.1:443'), { code: 'ECONNREFUSED' }),
    ': ECONNREFUSED',
  ],
  [Object.assign(new Error('open /var/lib/x'), { code: '/var/lib/x' }), ''],
  [new PublicError('it takes too long'), ': it takes too long'],
  [new SyntaxError('Unexpected token < in JSON'), ''],
])('of %s everybody is told what is in words of ours', (error, why) =>
  expect(explainFailure(error)).toBe(`the certificate authority does not answer${why}`),
);

test('what an authority quotes is no command to a terminal, and not without end', () => {
  const said = explainFailure(new Refusal({ type: 'dns', detail: `\x1b[2J${'x'.repeat(10_000)}` }));
  expect(said).not.toMatch(/[\x00-\x1f]/);
  expect(said.length).toBeLessThan(500);
});

describe('CAA', () => {
  const ACCOUNT = 'https://ca.example/acct/1';
  test.each<[string, string[], string, boolean]>([
    ['none', [], ACCOUNT, true],
    ['only how to report', ['0 iodef "mailto:a@b.example"'], ACCOUNT, true],
    ['the authority', ['0 issue "ca.example"'], ACCOUNT, true],
    ['its other name', ['0 issue "ca-too.example"'], ACCOUNT, true],
    ['our account', [`0 issue "ca.example;accounturi=${ACCOUNT}"`], ACCOUNT, true],
    ['our account, spaced', [`0 issue "ca.example; accounturi = ${ACCOUNT}"`], ACCOUNT, true],
    ['ours among others', ['0 issue "other.example"', '0 issue "ca.example"'], ACCOUNT, true],
    ['an account of before', ['0 issue "ca.example;accounturi=https://ca.example/acct/0"'], ACCOUNT, false],
    ['another authority', ['0 issue "other.example"'], ACCOUNT, false],
    ['nobody', ['0 issue ";"'], ACCOUNT, false],
  ])('for %s', (_, values, account, isAllowed) => {
    const obstacle = caaObstacle({ name: 'example.org', values }, ['ca.example', 'ca-too.example'], account);
    expect(obstacle === undefined).toBe(isAllowed);
    if (!isAllowed)
      expect(obstacle).toMatch(
        /^the CAA record of example\.org allows ".*ca\.example.*: remove it, or make it 0 issue "ca\.example/,
      );
  });
});

test.each<[string, CheckedRecord[], string | undefined, string[]]>([
  ['nothing else', [], undefined, []],
  [
    'both',
    [checked('CNAME', 'found', `www.${DOMAIN}`), checked('CNAME', 'found', `mta-sts.${DOMAIN}`)],
    undefined,
    ['www', 'mta-sts'],
  ],
  [
    'one',
    [checked('CNAME', 'missing', `www.${DOMAIN}`), checked('CNAME', 'found', `mta-sts.${DOMAIN}`)],
    undefined,
    ['mta-sts'],
  ],
  ['no answer, new', [checked('CNAME', 'unknown', `www.${DOMAIN}`)], `DNS:${DOMAIN}`, []],
  [
    'no answer, had',
    [checked('CNAME', 'unknown', `www.${DOMAIN}`)],
    `DNS:${DOMAIN}, DNS:www.${DOMAIN}`,
    ['www'],
  ],
  ['gone', [checked('CNAME', 'missing', `www.${DOMAIN}`)], `DNS:${DOMAIN}, DNS:www.${DOMAIN}`, []],
])('names to certify where DNS has %s', (_, dns, before, labels) => {
  expect(namesToCertify(DOMAIN, dns, before)).toEqual([
    DOMAIN,
    ...labels.map((label) => `${label}.${DOMAIN}`),
  ]);
});

test('a certificate covers the names it has, and no part of them', () => {
  expect(coversAll(`DNS:www.${DOMAIN}, DNS:${DOMAIN}`, [DOMAIN, `www.${DOMAIN}`])).toBe(true);
  expect(coversAll(`DNS:www.${DOMAIN}`, [DOMAIN])).toBe(false);
  expect(coversAll(undefined, [DOMAIN])).toBe(false);
});

test.each<[string, CheckedRecord[], boolean]>([
  ['nothing known', [], false],
  ['A is ours', [checked('A', 'found')], true],
  ['both are', [checked('A', 'found'), checked('AAAA', 'found')], true],
  ['an old AAAA is left', [checked('A', 'found'), checked('AAAA', 'different')], false],
  ['A is missing', [checked('A', 'missing')], false],
  ['A is of another name', [checked('A', 'found', `x.${DOMAIN}`)], false],
])('DNS leads here when %s: %#', (_, dns, expected) => expect(leadsHere(DOMAIN, dns)).toBe(expected));

test.each([
  ['2026-01-01T00:00:00Z', false],
  ['2026-01-04T07:59:59Z', false],
  ['2026-01-04T08:00:00Z', true],
  ['2026-01-20T00:00:00Z', true],
])('a certificate of 160 hours is renewed at half of them: %s → %s', (now, isDue) => {
  const certificate = { begin: new Date('2026-01-01T00:00:00Z'), end: new Date('2026-01-07T16:00:00Z') };
  expect(isHalfOver(certificate, Date.parse(now))).toBe(isDue);
});

test.each<[string, Error, object | undefined, object]>([
  [
    'a refusal, of a relay with a certificate',
    new Refusal({ type: 'urn:ietf:params:acme:error:rateLimited', detail: 'x' }),
    { state: 'valid', detail: 'until 2026-01-01' },
    {
      state: 'valid',
      detail:
        'until 2026-01-01, but the certificate authority refused, too many requests in a short time (rateLimited: x)',
      ...{ tries: 2, isRefused: true, retryAt: 1240 },
    },
  ],
  [
    'no answer, of a relay without one',
    Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
    undefined,
    {
      state: 'failed',
      detail: 'the certificate authority does not answer: ECONNREFUSED',
      ...{ tries: 2, isRefused: false, retryAt: 1004 },
    },
  ],
])('what the state says after %s', (_, error, found, expected) => {
  expect(afterFailure(error, found as CertificateState | undefined, 2, 1000)).toEqual(expected);
});

const SELF: CertificateState = { state: 'self-signed', detail: 'its own' };
const VALID: CertificateState = { state: 'valid', detail: 'until then' };
const ASKED = { tries: 6, isRefused: true, retryAt: 99 };
test.each<[string, CertificateState, CertificateState | undefined, CertificateState]>([
  ['was never asked for', SELF, undefined, SELF],
  ['was asked for in vain', SELF, { ...SELF, ...ASKED }, { ...SELF, ...ASKED }],
  ['has come', VALID, { ...SELF, ...ASKED }, VALID],
  ['has ended, and was asked for in vain', SELF, { ...VALID, ...ASKED }, { ...SELF, ...ASKED }],
])('a certificate that %s', (_, found, before, expected) => {
  expect(withPause(found, before)).toEqual(expected);
});
