import { expect, test } from 'vitest';
import { qemuCommand, readForwards } from '../../src/lab/qemu-command.ts';

const OPTIONS = {
  disk: '/t/a,b/disk.qcow2',
  accelerator: 'tcg',
  cpus: 2,
  memoryMiB: 1024,
  forwards: [
    { guest: 25, host: 0 },
    { guest: 443, host: 40443 },
  ],
  control: '/t/a,b/control',
} as const;

/** What follows an option, each time it stands there. */
const valuesOf = (argv: readonly string[], option: string): string[] =>
  argv.flatMap((word, n) => (word === option ? [argv[n + 1] ?? ''] : []));

const plain = qemuCommand(OPTIONS);
const withSeed = qemuCommand({ ...OPTIONS, seed: '/t/seed' });
const withUefi = qemuCommand({ ...OPTIONS, uefi: { code: '/c.fd', variables: '/v.fd' } });
const drivers = (argv: readonly string[]) =>
  valuesOf(argv, '-blockdev').map((text) => JSON.parse(text)['node-name']);

test.each([
  ['BIOS', plain, '-machine', ['q35']],
  ['UEFI', withUefi, '-machine', ['q35,pflash0=uefi-code,pflash1=uefi-variables']],
  ['emulation', plain, '-accel', ['tcg,thread=multi']],
  ['virtualisation', qemuCommand({ ...OPTIONS, accelerator: 'kvm' }), '-accel', ['kvm']],
  ['memory', plain, '-m', ['1024']],
  ['processors', plain, '-smp', ['2']],
  [
    'forwards, and no way out',
    plain,
    '-netdev',
    ['user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-:25,hostfwd=tcp:127.0.0.1:40443-:443'],
  ],
  [
    'a comma in a path',
    plain,
    '-chardev',
    ['stdio,id=console,signal=off', 'socket,id=control,path=/t/a,,b/control'],
  ],
])('%s', (_, argv, option, values) => {
  expect(valuesOf(argv, option)).toEqual(values);
});

test.each([
  ['no seed', plain, ['disk']],
  ['a seed', withSeed, ['disk', 'seed']],
  ['UEFI', withUefi, ['uefi-code', 'uefi-variables', 'disk']],
])('disks with %s', (_, argv, names) => {
  expect(drivers(argv)).toEqual(names);
});

test('the disk is the overlay, and the seed a FAT disk that cannot be written', () => {
  const [disk, seed] = valuesOf(withSeed, '-blockdev').map((text) => JSON.parse(text));
  expect(disk).toMatchObject({ driver: 'qcow2', file: { driver: 'file', filename: '/t/a,b/disk.qcow2' } });
  expect(seed).toEqual({
    'node-name': 'seed',
    driver: 'vvfat',
    dir: '/t/seed',
    label: 'CIDATA',
    'read-only': true,
  });
});

test('it dies with us', () => {
  expect(plain.slice(0, 5)).toEqual(['setpriv', '--pdeathsig', 'KILL', '--', 'qemu-system-x86_64']);
});

test('the monitor tells which ports were free', () => {
  const text = [
    'Hub -1 (net):',
    '  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ',
    '  TCP[HOST_FORWARD]  15       127.0.0.1 42393       10.0.2.15    25     0     0',
    '  TCP[ESTABLISHED]   19       127.0.0.1 50000       10.0.2.15    80     0     0',
    '  TCP[HOST_FORWARD]  14       127.0.0.1 40443       10.0.2.15   443     0     0',
  ].join('\r\n');
  expect(readForwards(text)).toEqual([
    { guest: 25, host: 42393 },
    { guest: 443, host: 40443 },
  ]);
});
