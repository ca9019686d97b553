/** What a machine's disks and its network card are attached to: what providers and hypervisors give their machines. */
export interface Hardware {
  readonly controller: Controller;
  readonly card: Card;
  /** A CD is ISO 9660, as Proxmox and `cloud-localds` make seeds; others are FAT. */
  readonly seed: SeedDrive;
}

type SeedDrive = 'disk' | 'cd';

interface Bus {
  /** Absent: the chipset has it. */
  readonly device?: string;
  /** Where the nth drive is plugged in. */
  readonly drive: (kind: 'hd' | 'cd', n: number) => string;
}

const scsi = (device: string): Bus => ({
  device: `${device},id=scsi`,
  drive: (kind, n) => `scsi-${kind},bus=scsi.0,scsi-id=${n}`,
});

/** Disk controllers, as QEMU(1) has them. */
export const CONTROLLERS = {
  virtio: { drive: () => 'virtio-blk-pci' },
  ide: { drive: (kind, n) => `ide-${kind},bus=ide.${n}` },
  sata: { device: 'ich9-ahci,id=sata', drive: (kind, n) => `ide-${kind},bus=sata.${n}` },
  'virtio-scsi': scsi('virtio-scsi-pci'),
  lsi: scsi('lsi53c895a'),
  pvscsi: scsi('pvscsi'),
  nvme: { drive: (_, n) => `nvme,serial=${n}` },
} as const satisfies Record<string, Bus>;
type Controller = keyof typeof CONTROLLERS;

export const CARDS = {
  'virtio-net': 'virtio-net-pci',
  e1000: 'e1000',
  e1000e: 'e1000e',
  vmxnet3: 'vmxnet3',
} as const;
type Card = keyof typeof CARDS;

export const VIRTIO: Hardware = { controller: 'virtio', card: 'virtio-net', seed: 'disk' };

/** The chipset with such a controller. Of the two that QEMU has, the newer one has no IDE. */
export const chipsetOf = ({ controller }: Hardware): 'pc' | 'q35' => (controller === 'ide' ? 'pc' : 'q35');

/** Options for the machine's disk and, if it has one, its seed. */
export const driveDevices = ({ controller, seed }: Hardware, hasSeed: boolean): string[] => {
  const { device, drive }: Bus = CONTROLLERS[controller];
  const disk = ['-device', `${drive('hd', 0)},drive=disk,bootindex=0`];
  const first = [...(device === undefined ? [] : ['-device', device]), ...disk];
  if (!hasSeed) return first;
  return [...first, '-device', `${drive(seed === 'cd' ? 'cd' : 'hd', 1)},drive=seed`];
};
