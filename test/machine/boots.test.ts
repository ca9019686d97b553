import { expect, test } from 'vitest';
import type { FirmwareName } from '../../src/lab/firmware.ts';
import { CARDS, CONTROLLERS, type Hardware } from '../../src/lab/hardware.ts';
import { QCOW2 } from './images.ts';
import { probe } from './probe.ts';

/** One address of its own and a gateway outside its net, which has no DHCP to go by. The name is not the kernel's. */
const STATIC = `version: 1
config:
- type: physical
  name: eth0
  mac_address: "52:54:00:12:34:56"
  subnets:
  - {type: static, address: 10.0.2.77/32, gateway: 10.0.2.2, dns_nameservers: [10.0.2.3]}
`;

/**
 * Each controller and card, and each firmware with what it can start from: the disk is on the controller, and so is the
 * seed. Debian's OVMF cannot read pvscsi; virtio with BIOS and UEFI is in `qemu.test.ts`. One has a static network, the
 * others DHCP.
 */
const MACHINES: readonly [
  ...[FirmwareName, Hardware['controller'], Hardware['seed'], Hardware['card'], network?: 'static'],
][] = [
  ['bios', 'ide', 'cd', 'e1000', 'static'],
  ['uefi', 'ide', 'cd', 'vmxnet3'],
  ['bios', 'sata', 'cd', 'virtio-net'],
  ['uefi', 'sata', 'cd', 'e1000e'],
  ['secure-boot', 'sata', 'cd', 'virtio-net'],
  ['bios', 'virtio-scsi', 'cd', 'vmxnet3'],
  ['uefi', 'virtio-scsi', 'disk', 'e1000'],
  ['bios', 'lsi', 'cd', 'virtio-net'],
  ['bios', 'pvscsi', 'disk', 'vmxnet3'],
  ['bios', 'nvme', 'disk', 'e1000'],
  ['uefi', 'nvme', 'disk', 'virtio-net'],
];

/** Where two other machines are at work, in emulation. */
const SLOWEST = 400_000;

test.each(MACHINES)(
  '%s, disks by %s, seed on %s, network by %s',
  async (firmware, controller, seed, card, network) => {
    const found = await probe({
      image: QCOW2,
      firmware,
      hardware: { controller, seed, card },
      ...(network && { networkConfig: STATIC }),
    });
    expect(found).toEqual({
      ...(network
        ? { name: 'eth0', address: '10.0.2.77/32' }
        : { name: expect.stringMatching(/^en/), address: '10.0.2.15/24' }),
      lockdown: firmware === 'secure-boot' ? 'integrity' : 'none',
      said: 'hello',
    });
  },
  SLOWEST,
);

test('every controller and card is tried', () => {
  const controllers = new Set(['virtio', ...MACHINES.map(([, one]) => one)]);
  expect([...controllers].sort()).toEqual(Object.keys(CONTROLLERS).sort());
  expect([...new Set(MACHINES.map(([, , , one]) => one))].sort()).toEqual(Object.keys(CARDS).sort());
});
