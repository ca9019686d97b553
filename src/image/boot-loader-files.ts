import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from './cache-key.ts';
import { digestFolder } from './digest-folder.ts';

/** What grub-mkimage(1) puts GRUB for BIOS together from. */
const BIOS_FOLDER = '/usr/lib/grub/i386-pc';
export const BOOT_IMAGE = `${BIOS_FOLDER}/boot.img`;

/**
 * Debian's own for UEFI, so that Secure Boot starts them: firmware looks for the first name on a disk it knows nothing
 * of (UEFI specification §3.5.1.1), and shim, which Microsoft has signed, for the second beside itself.
 */
export const UEFI_FILES = [
  ['/usr/lib/shim/shimx64.efi.signed', 'EFI/BOOT/BOOTX64.EFI'],
  ['/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed', 'EFI/BOOT/grubx64.efi'],
] as const;

/** SHA-256 of the builder's boot loaders below `root`: they get into a disk, and are in none of its packages. */
export const digestBootLoaders = async (root = '/'): Promise<string> => {
  const uefi = UEFI_FILES.map(async ([from]) => sha256(await readFile(join(root, from))));
  return sha256([await digestFolder(join(root, BIOS_FOLDER)), ...(await Promise.all(uefi))].join('\n'));
};
