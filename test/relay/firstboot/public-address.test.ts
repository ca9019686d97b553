import { expect, test } from 'vitest';
import { isPublic, ownAddresses } from '../../../src/relay/firstboot/public-address.ts';

const info = (address: string, internal = false) =>
  ({
    address,
    internal,
    family: address.includes(':') ? 'IPv6' : 'IPv4',
    netmask: '',
    mac: '',
    cidr: null,
  }) as never;

test.each([
  ['198.51.100.7', true],
  ['8.8.8.8', true],
  ['172.15.0.1', true],
  ['172.32.0.1', true],
  ['100.63.0.1', true],
  ['100.128.0.1', true],
  ['10.0.0.1', false],
  ['127.0.0.1', false],
  ['169.254.1.1', false],
  ['172.16.0.1', false],
  ['172.31.255.255', false],
  ['192.168.1.1', false],
  ['100.64.0.1', false],
  ['100.127.0.1', false],
  ['0.0.0.0', false],
])('%s is public: %s', (address, expected) => {
  expect(isPublic(address)).toBe(expected);
});

test.each([
  ['nothing', {}, {}],
  ['only loopback', { lo: [info('127.0.0.1', true)] }, {}],
  ['only IPv6', { eth0: [info('fe80::1'), info('fd00::1'), info('2001:db8::1')] }, { ipv6: '2001:db8::1' }],
  ['a private address', { lo: [info('127.0.0.1', true)], eth0: [info('10.0.0.2')] }, { ipv4: '10.0.0.2' }],
  [
    'a public one after a private one',
    { eth0: [info('10.0.0.2')], eth1: [info('198.51.100.7')] },
    { ipv4: '198.51.100.7' },
  ],
])('with %s', (_, interfaces, expected) => {
  expect(ownAddresses(interfaces)).toEqual(expected);
});
