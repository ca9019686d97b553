import type { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { CheckedRecord, RecordState } from '../../../src/dns/compare.ts';
import { Refusal } from '../../../src/relay/certificate/account.ts';
import {
  afterFailure,
  caaObstacle,
  explainFailure,
  hostsToRequest,
  isDue,
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
    [{ state: 'failed', detail: '', retryAt: 100 + 86_400 }, true],
    [{ state: 'failed', detail: '', retryAt: 100 + 86_401 }, false],
  ] as const)('at 100, %j: %s', (certificate, expected) =>
    expect(isPausing(certificate, 100_000)).toBe(expected),
  );
});

test.each([
  ['connection', 'Get "http://x": timeout', 'does not reach port 80'],
  ['unauthorized', 'Invalid response', 'another machine answers'],
  ['dns', 'NXDOMAIN', 'no answer'],
  ['caa', 'CAA record', 'CAA record of the domain does not allow'],
  ['rateLimited', 'too many', 'too many requests'],
  ['malformed', 'what?', 'refused (malformed'],
])('a refusal (%s) is explained', (type, detail, words) => {
  const said = explainFailure(new Refusal({ type: `urn:ietf:params:acme:error:${type}`, detail }));
  expect(said).toContain(words);
  expect(said).toContain(detail);
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

/** A certificate that is for these names. */
const certificateFor = (names: string): X509Certificate =>
  ({ checkHost: (name: string) => (names.split(', ').includes(name) ? name : undefined) }) as X509Certificate;

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
  ['no answer, new', [checked('CNAME', 'unknown', `www.${DOMAIN}`)], DOMAIN, []],
  ['no answer, had', [checked('CNAME', 'unknown', `www.${DOMAIN}`)], `${DOMAIN}, www.${DOMAIN}`, ['www']],
  ['gone', [checked('CNAME', 'missing', `www.${DOMAIN}`)], `${DOMAIN}, www.${DOMAIN}`, []],
])('names to certify where DNS has %s', (_, dns, before, labels) => {
  expect(namesToCertify(DOMAIN, dns, before === undefined ? before : certificateFor(before))).toEqual([
    DOMAIN,
    ...labels.map((label) => `${label}.${DOMAIN}`),
  ]);
});

test.each<[string, CheckedRecord[], boolean]>([
  ['nothing known', [], false],
  ['A is ours', [checked('A', 'found')], true],
  ['both are', [checked('A', 'found'), checked('AAAA', 'found')], true],
  ['an old AAAA is left', [checked('A', 'found'), checked('AAAA', 'different')], false],
  ['A is missing', [checked('A', 'missing')], false],
  ['A is of another name', [checked('A', 'found', `x.${DOMAIN}`)], false],
])('DNS leads here when %s: %#', (_, dns, expected) => expect(leadsHere(DOMAIN, dns)).toBe(expected));

const HOUR = 3_600_000;
/** Let's Encrypt's for addresses, its for names, those of the time to come, and what a private authority may issue. */
test.each<[hours: number, due: number]>([
  [160, 160 / 3],
  [90 * 24, 45 * 24],
  [45 * 24, 22.5 * 24],
  [24, 8],
  [10 * 365 * 24, 5 * 365 * 24],
])('a certificate for %d hours is renewed after %d', (hours, due) => {
  const certificate = { validFrom: new Date(0).toUTCString(), validTo: new Date(hours * HOUR).toUTCString() };
  const is = (age: number) => isDue(certificate, age * HOUR);
  expect([0, due - 0.01, due, hours + 1].map(is)).toEqual([false, false, true, true]);
});

test('one that is not there, or says no time, is due', () => {
  expect([isDue(undefined, 0), isDue({ validFrom: 'x', validTo: 'y' }, 0)]).toEqual([true, true]);
});

test('of 160 hours more than four days are left, though the timer comes late and the last hours are not used', () => {
  const [TIMER, SPARE] = [4, 5];
  expect(160 - 160 / 3 - TIMER - SPARE).toBeGreaterThan(4 * 24);
});

test.each<[string, boolean, Partial<CertificateState> | undefined, string]>([
  ['all at first', true, undefined, 'abc'],
  ['fewer after a refusal', true, { isRefused: true, tries: 1 }, 'ab'],
  ['one after the next', true, { isRefused: true, tries: 2 }, 'a'],
  ['all after one more', true, { isRefused: true, tries: 3 }, 'abc'],
  ['all after silence', true, { isRefused: false, tries: 1 }, 'abc'],
  ['all where only the further ones are wanted', false, { isRefused: true, tries: 1 }, 'abc'],
])('requested are %s', (_, isNeeded, before, expected) => {
  const sets = ['abc', 'ab', 'a'].map((names) => [...names]);
  expect(hostsToRequest(sets, isNeeded, before).join('')).toBe(expected);
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
  expect(afterFailure(error, found as CertificateState | undefined, 2, 1_000_000)).toEqual(expected);
});

test.each<[string, Error, number]>([
  [
    'a refusal that asks for two hours',
    new Refusal({ type: 'rateLimited' }, { 'retry-after': '7200' }),
    7200,
  ],
  ['a refusal that asks for less than it gets', new Refusal({ type: 'dns' }, { 'retry-after': '1' }), 60],
  [
    'a refusal that asks for a year',
    new Refusal({ type: 'rateLimited' }, { 'retry-after': '31536000' }),
    86_400,
  ],
  [
    'a refusal that names a time',
    new Refusal({}, { 'retry-after': new Date(3_600_000).toUTCString() }),
    3600,
  ],
  ['a refusal that asks for nonsense', new Refusal({}, { 'retry-after': '-1e9' }), 60],
  [
    'a server that is busy',
    Object.assign(new PublicError('HTTP status 503'), { headers: { 'retry-after': '600' } }),
    600,
  ],
  ['silence', new Error('x'), 2],
])('the pause after %s', (_, error, seconds) => {
  const failed = afterFailure(error, undefined, 1, 0);
  expect(failed.retryAt).toBe(seconds);
  expect([isPausing(failed, 0), isPausing(failed, seconds * 1000)]).toEqual([true, false]);
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
