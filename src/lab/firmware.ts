import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../terminal/failure.ts';

/** `secure-boot`: UEFI that starts what Microsoft has signed, and nothing else. */
export const FIRMWARES = ['bios', 'uefi', 'secure-boot'] as const;
export type FirmwareName = (typeof FIRMWARES)[number];

/** UEFI's code and the variables of one machine; BIOS needs no files. */
export interface UefiFiles {
  readonly code: string;
  readonly variables: string;
  readonly isSecure?: boolean;
}

/** Debian's `ovmf`; newer releases have the larger build only. */
const OVMF = ['_4M', ''].map((size) => ({
  code: `/usr/share/OVMF/OVMF_CODE${size}.fd`,
  variables: `/usr/share/OVMF/OVMF_VARS${size}.fd`,
}));

/** The same with the keys that computers come with; what they do not know is not started. */
const SECURE = [
  {
    code: '/usr/share/OVMF/OVMF_CODE_4M.secboot.fd',
    variables: '/usr/share/OVMF/OVMF_VARS_4M.ms.fd',
    isSecure: true,
  },
];

/** UEFI's files for a machine that keeps its own in `folder`. */
export const uefiFiles = async (folder: string, isSecure: boolean): Promise<UefiFiles> => {
  const found = (isSecure ? SECURE : OVMF).find(
    ({ code, variables }) => existsSync(code) && existsSync(variables),
  );
  if (!found)
    throw failure('there is no UEFI firmware for QEMU here', { hint: 'install the Debian package ovmf' });
  const variables = join(folder, 'uefi-variables.fd');
  await copyFile(found.variables, variables);
  return { ...found, variables };
};
