import { SECTOR } from './partition-table.ts';

/**
 * What grub-bios-setup does, without a device to do it on: boot.img is told where core.img begins, and
 * core.img's first sector where the rest of it is. Offsets are those of GRUB 2.06 (include/grub/i386/pc/boot.h
 * and grub-core/boot/i386/pc/{boot,diskboot}.S).
 */

/** Code of the boot sector; after it come the disk's signature and the partition table, which stay. */
const BOOT_CODE = 440;
const KERNEL_SECTOR = 0x5c;
/** A jump that would be skipped where the BIOS names the boot drive wrongly; grub-bios-setup removes it. */
const BOOT_DRIVE_CHECK = 0x66;
const NOP = 0x90;
/** The first entry of the list of blocks at the end of core.img's first sector. */
const BLOCKS_START = 0x1f4;
const BLOCKS_LENGTH = 0x1fc;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The boot sector's code for a core.img that begins at a sector. Throws where boot.img is not one. */
export const patchBootImage = (bootImage: Uint8Array, coreSector: number): Uint8Array => {
  if (bootImage.length !== SECTOR)
    throw new RangeError(`boot.img has ${bootImage.length} bytes, not ${SECTOR}`);
  const code = bootImage.slice(0, BOOT_CODE);
  view(code).setBigUint64(KERNEL_SECTOR, BigInt(coreSector), true);
  code.fill(NOP, BOOT_DRIVE_CHECK, BOOT_DRIVE_CHECK + 2);
  return code;
};

/** A core.img that is found whole at a sector, in one piece. Throws where it does not fit into `available` bytes. */
export const patchCoreImage = (coreImage: Uint8Array, coreSector: number, available: number): Uint8Array => {
  if (coreImage.length <= SECTOR) throw new RangeError(`core.img has only ${coreImage.length} bytes`);
  if (coreImage.length > available) {
    throw new RangeError(`core.img has ${coreImage.length} bytes, and the partition ${available}`);
  }
  const core = coreImage.slice();
  view(core).setBigUint64(BLOCKS_START, BigInt(coreSector + 1), true);
  view(core).setUint16(BLOCKS_LENGTH, Math.ceil(core.length / SECTOR) - 1, true);
  return core;
};
