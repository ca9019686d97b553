import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../terminal/failure.ts';

export type FirmwareName = 'bios' | 'uefi';

/** UEFI's code and the variables of one machine; BIOS needs no files. */
export interface UefiFiles {
  readonly code: string;
  readonly variables: string;
}

/** Debian's `ovmf`; newer releases have the larger build only. */
const OVMF = ['_4M', ''].map((size) => ({
  code: `/usr/share/OVMF/OVMF_CODE${size}.fd`,
  variables: `/usr/share/OVMF/OVMF_VARS${size}.fd`,
}));

/** UEFI's files for a machine that keeps its own in `folder`. */
export const uefiFiles = async (folder: string): Promise<UefiFiles> => {
  const found = OVMF.find(({ code, variables }) => existsSync(code) && existsSync(variables));
  if (!found)
    throw failure('there is no UEFI firmware for QEMU here', { hint: 'install the Debian package ovmf' });
  const variables = join(folder, 'uefi-variables.fd');
  await copyFile(found.variables, variables);
  return { code: found.code, variables };
};
