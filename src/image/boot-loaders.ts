import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunOptions, run } from '../program/run.ts';
import { BIOS_MODULES, embeddedGrubConfig } from './boot-files.ts';
import { BOOT_IMAGE, UEFI_FILES } from './boot-loader-files.ts';

/** The one that Debian's signed GRUB reads. */
const UEFI_CONFIG = 'EFI/debian/grub.cfg';

interface BootLoaders {
  readonly bootImage: Uint8Array;
  readonly coreImage: Uint8Array;
  /** An EFI system partition's content. */
  readonly esp: Uint8Array;
}

const biosGrub = async (config: string, file: string, options: RunOptions): Promise<void> => {
  const argv = ['grub-mkimage', '--format=i386-pc', `--output=${file}`, `--config=${config}`];
  await run([...argv, '--prefix=/boot/grub', ...BIOS_MODULES], options);
};

/** A FAT file system with GRUB in it, the same each time: mtools takes its times from SOURCE_DATE_EPOCH. */
const espWith = async (config: string, file: string, size: number, options: RunOptions): Promise<void> => {
  await run(['mkfs.vfat', '--invariant', '-C', '-F', '16', '-n', 'ESP', file, String(size / 1024)], options);
  await run(['mmd', '-i', file, '::EFI', '::EFI/BOOT', '::EFI/debian'], options);
  for (const [from, to] of [...UEFI_FILES, [config, UEFI_CONFIG] as const])
    await run(['mcopy', '-i', file, from, `::${to}`], options);
};

/** Makes GRUB for BIOS and UEFI, both looking for the file system `rootUuid`. Files go to `folder`. */
export const makeBootLoaders = async (
  rootUuid: string,
  { folder, espSize }: { readonly folder: string; readonly espSize: number },
  options: RunOptions,
): Promise<BootLoaders> => {
  const config = join(folder, 'grub-embedded.cfg');
  const core = join(folder, 'core.img');
  const esp = join(folder, 'esp.img');
  await writeFile(config, embeddedGrubConfig(rootUuid));
  await biosGrub(config, core, options);
  await espWith(config, esp, espSize, options);
  return {
    bootImage: await readFile(BOOT_IMAGE),
    coreImage: await readFile(core),
    esp: await readFile(esp),
  };
};
