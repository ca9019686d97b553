import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withDefaults } from '../../../src/config/schema.ts';
import { modelOf } from '../../../src/model/model.ts';
import { PROJECT } from '../../../src/package/paths.ts';
import { mayConnect } from '../../../src/relay/courier/private-address.ts';
import { renderFiles } from '../../../src/render/render.ts';

/** As inet_ntop writes them, which is how DNS libraries do. `lan`: with a setting. */
// biome-ignore format: by kind
const ADDRESSES: Readonly<Record<'yes' | 'lan' | 'no', readonly string[]>> = {
  yes: [
    '1.1.1.1', '9.255.255.255', '11.0.0.1', '100.63.255.255', '100.128.0.1', '126.255.255.255', '128.0.0.1',
    '169.253.255.255', '169.255.0.1', '172.15.255.255', '172.32.0.1', '192.0.1.1', '192.0.3.1', '192.88.98.1',
    '192.88.100.1', '192.167.0.1', '192.169.0.1', '198.17.255.255', '198.20.0.1', '198.51.99.1', '198.51.101.1',
    '203.0.112.1', '203.0.114.1', '223.255.255.255', '110.0.0.1', '12.127.0.1',
    '2000::1', '2001:200::1', '2001:4860:4860::8888', '2001:db7::1', '2001:db9::1', '2001:dff::1', '2003::1',
    '2a00:1450::1', '3ffe::1', '3fff:1000::1', '3fff:ffff::1',
  ],
  lan: [
    '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.99.0.1', '100.127.255.255', '172.16.0.1', '172.29.0.1',
    '172.31.255.255', '192.0.0.1', '192.0.2.1', '192.88.99.1', '192.168.0.1', '192.168.255.255', '198.18.0.1',
    '198.19.255.255', '198.51.100.1', '203.0.113.1',
    'fc00::1', 'fdff:ffff::1', '2001::1', '2001:0:1::1', '2001:1ff::1', '2001:10::1', '2001:db8::1',
    '2001:db8:ffff::1', '2002:7f00:1::', '3fff::1', '3fff:fff::1',
  ],
  no: [
    '0.0.0.0', '0.1.2.3', '127.0.0.1', '127.255.255.255', '169.254.169.254', '224.0.0.1', '239.255.255.255',
    '240.0.0.1', '255.255.255.255',
    '::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::7f00:1', '64:ff9b::7f00:1', '64:ff9b:1::1', '100::1',
    '1fff::1', '4000::1', '5f00::1', '8000::1', 'c000::1', 'e000::1', 'f000::1', 'f800::1', 'fbff::1', 'fe00::1',
    'fe80::1', 'febf::1', 'fec0::1', 'ff02::1',
  ],
};
const CASES = Object.entries(ADDRESSES).flatMap(([when, all]) =>
  all.map((address) => [address, when] as const),
);

test.each(CASES)('%s may be connected to: %s', (address, when) => {
  expect(mayConnect(address)).toBe(when === 'yes');
  expect(mayConnect(address, true)).toBe(when !== 'no');
});

test.each(['', 'localhost', '0177.0.0.1', '1.1.1', '0x7f.0.0.1', 'fe80::1%eth0', '2a00::1%1', '[::1]'])(
  '%j is no address',
  (text) => expect(mayConnect(text, true)).toBe(false),
);

describe.each([false, true])("Postfix's filter of DNS, private addresses allowed: %s", (isAllowed) => {
  let folder: string;
  let table: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dns-filter-'));
    table = join(folder, 'dns_filter');
    const settings = withDefaults({ deliver_to_private_addresses: isAllowed });
    const path = '/etc/postfix/dns_filter';
    const template = readFileSync(`${PROJECT}templates${path}`, 'utf8');
    const model = modelOf({ ...settings, mail_domain: 'relay.test' });
    const [file] = renderFiles(model, new Map([[path, template]]));
    writeFileSync(table, file?.content ?? '');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Those that Postfix goes on with. */
  const left = (records: readonly string[]): string[] => {
    let ignored = '';
    try {
      ignored = execFileSync('postmap', ['-q', '-', `regexp:${table}`], {
        input: `${records.join('\n')}\n`,
        encoding: 'utf8',
      });
    } catch {
      // None is in the table.
    }
    return records.filter((record) => !ignored.includes(`${record}\tIGNORE\n`));
  };

  test('agrees about every address', () => {
    const records = CASES.map(
      ([address]) => `mx.example. 60 IN ${address.includes(':') ? 'AAAA' : 'A'} ${address}`,
    );
    const wanted = records.filter((_, i) => mayConnect(CASES[i]?.[0] ?? '', isAllowed));
    expect(left(records)).toEqual(wanted);
  });

  test('knows an MX that is no name', () => {
    const names = ['mx.example.', 'localhost.', '1.mx.example.', '10.example.'];
    const numbers = ['127.0.0.1.', '8.8.8.8.', '::1.', '2a00::1.', '127.1.'];
    const records = [...names, ...numbers].map((host) => `a.example. 60 IN MX 10 ${host}`);
    expect(left(records)).toEqual(records.slice(0, names.length));
  });
});
