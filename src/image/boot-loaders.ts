import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunOptions, run } from '../program/run.ts';
import { BIOS_MODULES, embeddedGrubConfig, UEFI_MODULES } from './boot-files.ts';

const BOOT_IMAGE = '/usr/lib/grub/i386-pc/boot.img';
/** Where firmware looks on a disk it knows nothing of (UEFI specification §3.5.1.1). */
const UEFI_PATH = 'EFI/BOOT/BOOTX64.EFI';

interface BootLoaders {
  readonly bootImage: Uint8Array;
  readonly coreImage: Uint8Array;
  /** An EFI system partition's content. */
  readonly esp: Uint8Array;
}

const grubImage = async (
  format: string,
  modules: readonly string[],
  config: string,
  file: string,
  options: RunOptions,
): Promise<void> => {
  const argv = ['grub-mkimage', `--format=${format}`, `--output=${file}`, `--config=${config}`];
  await run([...argv, '--prefix=/boot/grub', ...modules], options);
};

/** A FAT file system with GRUB in it, the same each time: mtools takes its times from SOURCE_DATE_EPOCH. */
const espWith = async (grub: string, file: string, size: number, options: RunOptions): Promise<void> => {
  await run(['mkfs.vfat', '--invariant', '-C', '-F', '16', '-n', 'ESP', file, String(size / 1024)], options);
  await run(['mmd', '-i', file, '::EFI', '::EFI/BOOT'], options);
  await run(['mcopy', '-i', file, grub, `::${UEFI_PATH}`], options);
};

/** Makes GRUB for BIOS and UEFI, both looking for the file system `rootUuid`. Files go to `folder`. */
export const makeBootLoaders = async (
  rootUuid: string,
  { folder, espSize }: { readonly folder: string; readonly espSize: number },
  options: RunOptions,
): Promise<BootLoaders> => {
  const config = join(folder, 'grub-embedded.cfg');
  const core = join(folder, 'core.img');
  const efi = join(folder, 'grub.efi');
  const esp = join(folder, 'esp.img');
  await writeFile(config, embeddedGrubConfig(rootUuid));
  await grubImage('i386-pc', BIOS_MODULES, config, core, options);
  await grubImage('x86_64-efi', UEFI_MODULES, config, efi, options);
  await espWith(efi, esp, espSize, options);
  return {
    bootImage: await readFile(BOOT_IMAGE),
    coreImage: await readFile(core),
    esp: await readFile(esp),
  };
};
