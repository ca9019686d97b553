/** A partition of the disk; all figures are bytes. */
export interface Partition {
  readonly name: 'bios' | 'esp' | 'root';
  /** GPT type (Discoverable Partitions Specification; GRUB's manual for the BIOS boot partition). */
  readonly type: string;
  readonly start: number;
  readonly size: number;
}

export const SECTOR = 512;
export const MiB = 1024 * 1024;
/** Ours are aligned to it, and GPT with its spare copy needs less than one at each end. */
const ALIGNMENT = MiB;
const ESP_SIZE = 16 * MiB;

const TYPES = {
  bios: '21686148-6449-6E6F-744E-656564454649',
  esp: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
  // Linux root, x86-64: what systemd-repart looks for.
  root: '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709',
} as const;

interface Partitions {
  readonly bios: Partition;
  readonly esp: Partition;
  readonly root: Partition;
}

/** Places the partitions; root is the last, so that it can grow with the disk. */
export const partitionsOf = (diskSize: number): Partitions => {
  const biosStart = ALIGNMENT;
  const espStart = biosStart + MiB;
  const rootStart = espStart + ESP_SIZE;
  const end = Math.floor(diskSize / ALIGNMENT) * ALIGNMENT - ALIGNMENT;
  return {
    bios: { name: 'bios', type: TYPES.bios, start: biosStart, size: MiB },
    esp: { name: 'esp', type: TYPES.esp, start: espStart, size: ESP_SIZE },
    root: { name: 'root', type: TYPES.root, start: rootStart, size: end - rootStart },
  };
};

/** The table as sfdisk(8) reads it; `uuid` names the disk and each partition. */
export const sfdiskScript = (partitions: Partitions, uuid: (purpose: string) => string): string => {
  const line = ({ name, type, start, size }: Partition): string =>
    `start=${start / SECTOR}, size=${size / SECTOR}, type=${type}, uuid=${uuid(name)}, name=${name}`;
  const { bios, esp, root } = partitions;
  return ['label: gpt', `label-id: ${uuid('disk')}`, line(bios), line(esp), line(root), ''].join('\n');
};
