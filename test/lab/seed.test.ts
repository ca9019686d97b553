import { expect, test } from 'vitest';
import { NETWORK_KEPT, seedFiles } from '../../src/lab/seed.ts';

const userData = Buffer.from('#cloud-config\r\n{}\n');
const instance = 'chatmail-lab-1-2-3';
const metaData = '{"instance-id":"chatmail-lab-1-2-3","local-hostname":"relay"';

test.each([
  ['user-data alone', {}, { 'meta-data': `${metaData}}\n` }],
  [
    'a key',
    { publicKeys: ['ssh-ed25519 A x'] },
    { 'meta-data': `${metaData},"public-keys":["ssh-ed25519 A x"]}\n` },
  ],
  [
    'a network to leave alone',
    { networkConfig: NETWORK_KEPT },
    { 'meta-data': `${metaData}}\n`, 'network-config': 'version: 1\nconfig: disabled\n' },
  ],
])('a seed with %s', (_, options, files) => {
  expect(seedFiles({ instance, userData, ...options })).toEqual({ 'user-data': userData, ...files });
});
