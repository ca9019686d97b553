import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describe, expect, onTestFinished, test } from 'vitest';
import { askForAddress, findAddresses } from '../../../src/relay/cloud/find-addresses.ts';

const info = (address: string, internal = false) =>
  ({
    address,
    internal,
    family: address.includes(':') ? 'IPv6' : 'IPv4',
    netmask: '',
    mac: '',
    cidr: null,
  }) as never;

const none = async () => undefined;
test.each([
  ['nothing', {}, {}, {}],
  ['only loopback', { lo: [info('127.0.0.1', true)] }, {}, {}],
  [
    'only IPv6',
    { eth0: [info('fe80::1'), info('fd00::1'), info('2001:db8::1')] },
    {},
    { ipv6: '2001:db8::1' },
  ],
  [
    'a private address',
    { lo: [info('127.0.0.1', true)], eth0: [info('10.0.0.2')] },
    {},
    { ipv4: '10.0.0.2' },
  ],
  [
    'a public one after a private one',
    { eth0: [info('10.0.0.2')], eth1: [info('198.51.100.7')] },
    {},
    { ipv4: '198.51.100.7' },
  ],
  [
    'a private one that a cloud translates',
    { eth0: [info('10.0.0.2')] },
    { ipv4: '198.51.100.9' },
    { ipv4: '198.51.100.9' },
  ],
  [
    'a public one, whatever the cloud says',
    { eth0: [info('198.51.100.7')] },
    { ipv4: '198.51.100.9' },
    { ipv4: '198.51.100.7' },
  ],
  ['a cloud that says nonsense', { eth0: [info('10.0.0.2')] }, { ipv4: '10.9.9.9' }, { ipv4: '10.0.0.2' }],
])('with %s', async (_, interfaces, cloud, expected) => {
  expect(await findAddresses(interfaces, { user: '', vendor: '', ...cloud }, none)).toEqual(expected);
});

describe('the metadata service', () => {
  const asked = async (
    answer: (request: IncomingMessage, response: ServerResponse) => void,
    patience = 5000,
  ) => {
    const server = createServer(answer).listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return askForAddress({ ask: ['a/b?c=d', 'Flavor', 'x'] }, `http://127.0.0.1:${port}/`, patience);
  };

  test('is asked for the path, with the header', async () => {
    const seen: unknown[] = [];
    const found = await asked((request, response) => {
      seen.push(request.url, request.headers.flavor);
      response.end('198.51.100.7\n');
    });
    expect([found, ...seen]).toEqual(['198.51.100.7', '/a/b?c=d', 'x']);
  });

  test.each([
    ['in JSON, after a private one', '{"a":"10.0.0.4","b":"198.51.100.7"}', '198.51.100.7'],
    ['private', '10.0.0.4', undefined],
    ['nonsense', '999.1.1.1', undefined],
    ['empty', '', undefined],
    ['endless', 'x'.repeat(100_000), undefined],
  ])('may be %s', async (_, body, expected) => {
    expect(await asked((_request, response) => response.end(body))).toBe(expected);
  });

  test('is not waited for when it fails, or does not answer', async () => {
    expect(await asked((_request, response) => response.writeHead(404).end('198.51.100.7'))).toBe(undefined);
    expect(await asked((_request, response) => response.destroy())).toBe(undefined);
    expect(await asked(() => undefined, 20)).toBe(undefined);
    expect(await askForAddress({})).toBe(undefined);
  });
});
