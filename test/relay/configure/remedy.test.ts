import { expect, test } from 'vitest';
import { remedy } from '../../../src/relay/configure/remedy.ts';

// The text cannot be changed there, or cloud-init does not read it again.
test.each([
  undefined,
  'toString',
  'hetzner',
  'digitalocean',
  'azure',
  'vultr',
  'openstack',
  'oracle',
  'upcloud',
])('at %s a machine gets another text by being made anew', (cloud) =>
  expect(remedy(cloud)).toBe('Correct the text you pasted, then rebuild or recreate the machine with it.'),
);

test.each(['aws', 'gce', 'scaleway', 'nocloud'])('at %s a reboot is enough', (cloud) =>
  expect(remedy(cloud)).toBe('Correct the text you pasted, and reboot.'),
);
