import type { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { withDefaults } from '../../../src/config/schema.ts';
import type { CheckedRecord } from '../../../src/dns/compare.ts';
import { modelOf } from '../../../src/model/model.ts';
import { Refusal } from '../../../src/relay/certificate/account.ts';
import { PublicError } from '../../../src/relay/lib/public-error.ts';
import type { State } from '../../../src/relay/readiness/state.ts';

/*
 * A relay and its authority for a month: what is asked is counted as the authority counts it. Everything that decides
 * is real; time, the state's file and the authority are not.
 */

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SPARE = 5 * HOUR;

/** The authority, in this world. */
const world = {
  state: {} as Partial<State>,
  live: undefined as { begin: number; end: number } | undefined,
  orders: [] as number[],
  failed: [] as number[],
  issued: [] as number[],
  /** When the timer found that there was none, or none that is shown. */
  without: [] as number[],
  /** Throws, or the certificate's hours. */
  answer: (_hosts: readonly string[]): number => 160,
};

vi.mock('../../../src/relay/readiness/state.ts', () => ({ readState: () => world.state }));
vi.mock('../../../src/relay/readiness/update-state.ts', () => ({
  updateState: (news: Partial<State>) => {
    world.state = { ...world.state, ...news };
  },
}));
vi.mock('../../../src/relay/lib/log.ts', () => ({ log: () => {} }));
vi.mock('../../../src/relay/certificate/show-certificate.ts', () => ({ showCertificate: () => {} }));
vi.mock('../../../src/dns/check-zone.ts', () => ({ caaOf: async () => ({ name: 'x', values: [] }) }));
vi.mock('../../../src/relay/certificate/live-certificate.ts', () => {
  const date = (time: number) => new Date(time).toUTCString();
  const liveCertificate = (): Partial<X509Certificate> | undefined =>
    world.live && { validFrom: date(world.live.begin), validTo: date(world.live.end) };
  return {
    liveCertificate,
    covers: () => world.live !== undefined,
    validCertificate: () =>
      world.live && world.live.end - Date.now() > SPARE ? { state: 'valid', detail: '' } : undefined,
  };
});
/** What an order ends in that the authority refuses after a proof was looked at. */
const VALIDATION = /^(connection|unauthorized|dns|caa|tls|incorrectResponse)$/;
vi.mock('../../../src/relay/certificate/request.ts', async (original) => ({
  ...(await original<object>()),
  request: async (_: unknown, hosts: readonly string[]) => {
    const now = Date.now();
    world.orders.push(now);
    try {
      const hours = world.answer(hosts);
      world.live = { begin: now, end: now + hours * HOUR };
      world.issued.push(now);
      return { state: 'valid', detail: '' };
    } catch (error) {
      // Names are proved one after the other, up to the first that fails.
      if (error instanceof Refusal && VALIDATION.test(error.type)) world.failed.push(now);
      throw error;
    }
  },
}));
const { renewAddress } = await import('../../../src/relay/certificate/certify-address.ts');
const { certify } = await import('../../../src/relay/certificate/certify.ts');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Date.parse('2026-01-01T00:00:00Z'));
  const { acmeDirectory } = MODELS.address;
  Object.assign(world, { live: undefined, orders: [], failed: [], issued: [], answer: () => 160 });
  world.state = {
    addresses: { ipv6: '2001:db8::1' },
    account: 'https://ca.example/1',
    authority: { directory: acmeDirectory, issuers: ['ca.example'] },
  };
});
afterEach(() => {
  vi.useRealTimers();
});

const model = (mail_domain: string) => modelOf({ ...withDefaults({}), mail_domain });
const MODELS = { address: model('198.51.100.7'), domain: model('chat.example') };
type Kind = keyof typeof MODELS;

const record = (type: CheckedRecord['type'], name: string): CheckedRecord => ({
  ...{ type, name, value: 'x', isRequired: true, state: 'found' },
});
const DNS = [
  record('A', 'chat.example'),
  record('CNAME', 'www.chat.example'),
  record('CNAME', 'mta-sts.chat.example'),
];

/** What the relay does of itself: at every boot it looks every three seconds for an hour, and always every four hours. */
const run = async (kind: Kind, days: number, boots: readonly number[] = [0]): Promise<void> => {
  const begun = Date.now();
  const times = new Set<number>();
  for (const boot of boots) for (let s = 0; s < 3600; s += 3) times.add(boot * DAY + s * SECOND);
  for (let hour = 0; hour < days * 24; hour += 4) times.add(hour * HOUR);
  // One with a domain is not ready without a certificate, and goes on to look.
  if (kind === 'domain') for (let time = 0; time < days * DAY; time += 300 * SECOND) times.add(time);
  for (const time of [...times].sort((a, b) => a - b)) {
    vi.setSystemTime(begun + time);
    if ((world.live?.end ?? 0) - Date.now() <= SPARE) world.without.push(Date.now());
    const isTimer = time % (4 * HOUR) === 0;
    if (kind === 'address') await renewAddress(MODELS.address, () => {});
    else world.state = { ...world.state, certificate: await certify(MODELS.domain, DNS, isTimer) };
  }
};

/** The most of them in any span of that length. */
const mostIn = (times: readonly number[], span: number): number =>
  Math.max(0, ...times.map((time) => times.filter((other) => other >= time && other < time + span).length));

const refuse =
  (type: string, headers = {}) =>
  () => {
    throw new Refusal({ type: `urn:ietf:params:acme:error:${type}`, detail: 'no' }, headers);
  };
const fail = (error: Error) => () => {
  throw error;
};
const everyDay = Array.from({ length: 30 }, (_, day) => day);

/** Let's Encrypt's: failed validations an hour, in a row; orders in three hours. */
const LIMITS = { failed: 5, inRow: 1152, orders: 300 };

/** What is asked in a month, if nothing else ever comes; at most, for a relay that is restarted every day. */
const ANSWERS: readonly (readonly [string, () => number, atMost: number])[] = [
  ['connection', refuse('connection'), 750],
  ['unauthorized', refuse('unauthorized'), 750],
  ['dns', refuse('dns'), 750],
  ['caa', refuse('caa'), 750],
  ['rateLimited, with no word of when', refuse('rateLimited'), 750],
  ['rateLimited, for six hours', refuse('rateLimited', { 'retry-after': '21600' }), 121],
  ['rateLimited, for a year', refuse('rateLimited', { 'retry-after': '31536000' }), 31],
  ['rejectedIdentifier', refuse('rejectedIdentifier'), 750],
  ['userActionRequired', refuse('userActionRequired'), 750],
  ['serverInternal', refuse('serverInternal'), 750],
  ['no answer', fail(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })), 800],
  [
    'status 503, for ten minutes',
    fail(Object.assign(new PublicError('HTTP status 503'), { headers: { 'retry-after': '600' } })),
    800,
  ],
  ['status 500', fail(new PublicError('HTTP status 500')), 800],
  ['a certificate for something else', fail(new PublicError('for something else')), 800],
];

describe.each<[Kind]>([['address'], ['domain']])('of the %s', (kind) => {
  test.each(ANSWERS)('a month of %s', async (_, answer, atMost) => {
    world.answer = answer;
    await run(kind, 30, everyDay);
    expect(mostIn(world.failed, HOUR)).toBeLessThanOrEqual(LIMITS.failed);
    expect(world.failed.length).toBeLessThan(LIMITS.inRow);
    expect(mostIn(world.orders, 3 * HOUR)).toBeLessThanOrEqual(LIMITS.orders / 10);
    expect(world.orders.length).toBeGreaterThan(20);
    expect(world.orders.length).toBeLessThanOrEqual(atMost);
  });

  test('a month of certificates: for each set at most five a week', async () => {
    await run(kind, 30, everyDay);
    expect(mostIn(world.issued, 7 * DAY)).toBeLessThanOrEqual(5);
    expect(world.failed).toEqual([]);
  });

  test('it has one for four days in which the authority does not answer, whenever they begin', async () => {
    await run(kind, 7, [0]);
    for (let hour = 0; hour < 56; hour += 4) {
      world.without = [];
      const [begin, end] = [Date.now() + hour * HOUR, Date.now() + (hour + 96) * HOUR];
      world.answer = () => (Date.now() < begin || Date.now() >= end ? 160 : fail(new Error('x'))());
      await run(kind, 10, []);
      expect([hour, world.without]).toEqual([hour, []]);
      expect(world.issued.some((time) => time >= end)).toBe(true);
    }
  });
});

test('where only the IPv6 address cannot be proved, the other one has its certificate within minutes', async () => {
  world.answer = (hosts) => (hosts.length > 1 ? refuse('connection')() : 160);
  await run('address', 1);
  expect((world.issued[0] ?? Number.POSITIVE_INFINITY) - Date.parse('2026-01-01T00:00:00Z')).toBeLessThan(
    90 * SECOND,
  );
  await run('address', 29, []);
  expect(mostIn(world.failed, HOUR)).toBeLessThanOrEqual(1);
  expect(mostIn(world.issued, 7 * DAY)).toBeLessThanOrEqual(5);
});

test.each<[string, (hosts: readonly string[]) => boolean, string[]]>([
  ['all of them', () => true, ['chat.example', 'www.chat.example', 'mta-sts.chat.example', '2001:db8::1']],
  [
    'no addresses',
    (hosts) => !hosts.some((host) => host.includes(':')),
    ['chat.example', 'www.chat.example', 'mta-sts.chat.example'],
  ],
  ['one name only', (hosts) => hosts.length === 1, ['chat.example']],
])(
  'a domain with short-lived certificates has its address in them; where the authority takes %s',
  async (_, takes, expected) => {
    let last: readonly string[] = [];
    world.answer = (hosts) => {
      if (!takes(hosts)) refuse('rejectedIdentifier')();
      last = hosts;
      return 160;
    };
    const { settings } = MODELS.domain;
    const short = { ...MODELS.domain, settings: { ...settings, acme_profile: 'shortlived' } };
    for (let minute = 0; minute < 10; minute++) {
      vi.setSystemTime(Date.now() + 60 * SECOND);
      world.state = { ...world.state, certificate: await certify(short, DNS) };
    }
    expect(last).toEqual(expected);
  },
);
