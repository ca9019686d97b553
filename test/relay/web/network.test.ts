import { expect, test } from 'vitest';
import { networkOf } from '../../../src/relay/web/network.ts';

test.each([
  ['192.0.2.1', '192.0.2'],
  ['::ffff:192.0.2.1', '192.0.2'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:db8:1:2::', '2001:db8:1:2'],
  ['2001:db8:1:2::5:6', '2001:db8:1:2'],
  ['::1', ':0:0:0'],
  ['undefined', ''],
  ['', ''],
])('%s is in %s', (address, network) => expect(networkOf(address)).toBe(network));
