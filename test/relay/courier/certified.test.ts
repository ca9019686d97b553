import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Certified } from '../../../src/relay/courier/certified.ts';
import { type OpenRequest, requestOpener, speaksMxdeliv } from '../../../src/relay/courier/remote.ts';

const HOUR = 3_600_000;
const LITERAL = '[127.0.0.1]';

let folder: string;
let ca: Buffer;
/** What a host may show. */
type Shown = 'trusted' | 'short' | 'self-signed' | 'for another';
const certificates = new Map<Shown, { key: Buffer; cert: Buffer }>();

const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
const KIND = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=x'];

const issue = (name: Shown, alternative: string, days: number): void => {
  const files = ['-keyout', `${name}.key`, '-out'];
  if (name === 'self-signed')
    openssl('req', '-x509', ...KIND, '-addext', `subjectAltName=${alternative}`, ...files, `${name}.pem`);
  else {
    openssl('req', '-new', ...KIND, ...files, `${name}.csr`);
    writeFileSync(join(folder, 'extensions'), `subjectAltName=${alternative}`);
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'extensions'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-days', String(days), '-out', `${name}.pem`);
  }
  const [key, cert] = [`${name}.key`, `${name}.pem`].map((file) => readFileSync(join(folder, file)));
  if (key && cert) certificates.set(name, { key, cert });
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'certified-'));
  openssl('req', '-x509', ...KIND, '-keyout', 'ca.key', '-out', 'ca.pem');
  ca = readFileSync(join(folder, 'ca.pem'));
  issue('trusted', 'IP:127.0.0.1', 90);
  issue('short', 'IP:127.0.0.1', 2);
  issue('self-signed', 'IP:127.0.0.1', 90);
  issue('for another', 'DNS:relay.example', 90);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A relay at an address, which shows now this certificate and now that; and one that asks it. */
const twoRelays = async (file?: string) => {
  let status = 405;
  const server = createServer((_, response) => response.writeHead(status).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  let now = Date.now();
  const start = (): OpenRequest => {
    const open = requestOpener(false, () => true, { port, certified: new Certified(file, () => now) });
    // Each time another connection; what is kept is the session of TLS.
    const headers = { connection: 'close' };
    return (domain, nth, options) => open(domain, nth, { ...options, ca, headers });
  };
  let open = start();
  return {
    pass: (hours: number) => {
      now += hours * HOUR;
    },
    answer: (now: number) => {
      status = now;
    },
    restart: () => {
      open = start();
    },
    show: (what: Shown) => {
      server.setSecureContext(certificates.get(what) ?? {});
    },
    isReached: () =>
      speaksMxdeliv(open, LITERAL).then(
        () => true,
        () => false,
      ),
  };
};

describe('a relay by its address', () => {
  test.each<[string, (readonly [Shown | number, boolean])[]]>([
    [
      'may sign its own certificate',
      [
        ['self-signed', true],
        ['self-signed', true],
      ],
    ],
    [
      'may get one of an authority',
      [
        ['self-signed', true],
        ['trusted', true],
      ],
    ],
    [
      'may not go back while that is valid',
      [
        ['trusted', true],
        ['self-signed', false],
        [160, false],
      ],
    ],
    [
      'is believed again once it shows one',
      [
        ['trusted', true],
        ['self-signed', false],
        ['trusted', true],
      ],
    ],
    [
      'may show another one',
      [
        ['trusted', true],
        ['short', true],
        ['trusted', true],
      ],
    ],
    [
      'may go back at its end',
      [
        ['short', true],
        ['self-signed', false],
        [49, true],
      ],
    ],
    [
      'may go back after a week, however long it is valid',
      [
        ['trusted', true],
        ['self-signed', false],
        [169, true],
      ],
    ],
    // The second time its session is resumed, of which Node asks no name.
    [
      'may show one that is for a name',
      [
        ['for another', true],
        [0, true],
        ['self-signed', true],
      ],
    ],
    [
      'may not show one that is for a name later',
      [
        ['trusted', true],
        ['for another', false],
      ],
    ],
    [
      'is believed anew each time',
      [
        ['trusted', true],
        [100, true],
        ['trusted', true],
        [100, true],
        ['self-signed', false],
      ],
    ],
  ])('%s', async (_, steps) => {
    const { show, pass, isReached } = await twoRelays();
    for (const [step, expected] of steps) {
      if (typeof step === 'number') pass(step);
      else show(step);
      expect([step, await isReached()]).toEqual([step, expected]);
    }
  });

  test('is not remembered where it takes no mail by HTTPS', async () => {
    const { show, answer, isReached } = await twoRelays();
    answer(404);
    show('trusted');
    expect(await isReached()).toBe(true);
    show('self-signed');
    expect(await isReached()).toBe(true);
  });

  test('is remembered over a restart', async () => {
    const { show, restart, isReached } = await twoRelays(join(folder, 'kept.json'));
    show('trusted');
    expect(await isReached()).toBe(true);
    restart();
    show('self-signed');
    expect(await isReached()).toBe(false);
  });
});

test.each(['', '{', '7', '[1]', '[["192.0.2.1", 1e300]]', '[["192.0.2.1", "x"]]'])(
  'a file that says %j is written anew',
  (text) => {
    const file = join(folder, 'damaged.json');
    writeFileSync(file, text);
    const certified = new Certified(file, () => 0);
    expect(certified.has('192.0.2.1')).toBe(false);
    certified.add('192.0.2.1', 5);
    expect(new Certified(file, () => 0).has('192.0.2.1')).toBe(true);
  },
);

test('a folder that is missing is no fault', () => {
  const certified = new Certified('/nonexistent/file', () => 0);
  certified.add('192.0.2.1', 9);
  expect(certified.has('192.0.2.1')).toBe(true);
});

test('of too many the oldest is forgotten', () => {
  const certified = new Certified(undefined, () => 0);
  for (let n = 0; n <= 10_000; n++) certified.add(`address ${n}`, 9);
  expect([0, 1, 10_000].map((n) => certified.has(`address ${n}`))).toEqual([false, true, true]);
});
