import { expect, test } from 'vitest';
import { defaultEpoch, inputsOf, type Plan } from '../../src/image/plan.ts';

test.each([
  [0, 0],
  [86_399, 0],
  [1_763_856_000, 1_763_856_000],
  [1_763_856_000 + 45_296.7, 1_763_856_000],
])('at %d the day began at %d', (now, epoch) => expect(defaultEpoch(now)).toBe(epoch));

const relay = {
  relayPackage: { version: '1', sha256: 'aa' },
  extrasPackage: { version: '1', sha256: 'cc' },
};
const plan: Plan = {
  request: {
    packages: { relay: '/x/relay.deb', extras: '/x/extras.deb' },
    kernel: 'generic',
    formats: ['qcow2'],
    output: '/out',
    name: 'relay',
    diskSize: 1 << 30,
    compression: 'zlib',
    cache: '/cache',
    refresh: false,
    force: false,
  },
  base: { variant: 'minbase', packages: [] },
  baseKey: 'k',
  kept: undefined,
  epoch: 5,
  now: 9,
  relay,
  overlay: 'bb',
  bootLoaders: 'ee',
  builder: '0.1.0',
};
const { request } = plan;

test.each<[string, Plan]>([
  ['the output folder', { ...plan, request: { ...request, output: '/elsewhere' } }],
  ['the formats', { ...plan, request: { ...request, formats: ['tar'] } }],
  ['the name', { ...plan, request: { ...request, name: 'other' } }],
  ['the time of day', { ...plan, now: 10 }],
])('%s is no input of the image', (_, other) => expect(inputsOf(other, 'b')).toEqual(inputsOf(plan, 'b')));

test.each<[string, Plan, string]>([
  ['the base system', plan, 'other'],
  ['the size', { ...plan, request: { ...request, diskSize: 2 << 30 } }, 'b'],
  ['settings', { ...plan, request: { ...request, settings: 'a: 1' } }, 'b'],
  ['the relay', { ...plan, relay: { ...relay, relayPackage: { version: '1', sha256: 'dd' } } }, 'b'],
  ['its extras', { ...plan, relay: { ...relay, extrasPackage: { version: '1', sha256: 'dd' } } }, 'b'],
  ['the files of the image', { ...plan, overlay: 'cc' }, 'b'],
  ['the boot loaders', { ...plan, bootLoaders: 'ff' }, 'b'],
  ['the date', { ...plan, epoch: 6 }, 'b'],
])('%s is an input', (_, other, base) => expect(inputsOf(other, base)).not.toEqual(inputsOf(plan, 'b')));

test('settings are named by their digest, as they may hold something private', () => {
  const inputs = inputsOf({ ...plan, request: { ...request, settings: 'mail_domain: example.org' } }, 'b');
  expect(inputs.settings).toMatch(/^[0-9a-f]{64}$/);
});

test('a bare Debian has no inputs of a relay', () => {
  const { relay: _, overlay: __, ...bare } = plan;
  expect(Object.keys(inputsOf(bare, 'b'))).toEqual([
    ...['suite', 'sourceDateEpoch', 'base', 'diskSize', 'compression', 'bootLoaders', 'builder'],
  ]);
});
