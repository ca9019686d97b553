import { join, relative, resolve } from 'node:path';
import { DEFAULT_NAMES } from '../../image/default-names.ts';
import type { PackerVersion } from '../../packer/find-packer.ts';
import { knowsPlugins } from '../../packer/find-packer.ts';
import type { Builder } from '../../packer/relay/builder.ts';
import { templatePath } from '../../packer/relay/files.ts';
import { openLocalMachine } from '../../packer/relay/local-machine.ts';
import { installCommand } from '../../requirements/install.ts';
import { findMissing, packagesOf } from '../../requirements/missing.ts';
import { failure } from '../../terminal/failure.ts';
import type { Context } from '../command.ts';

/** The packages' names beside the templates. */
export const PACKAGES = { relay: 'chatmail-relay.deb', extras: 'chatmail-relay-extras.deb' } as const;

/** Where the templates were written, and what they are used with. */
export interface Folder {
  readonly output: string;
  readonly settings: string;
  readonly packer: PackerVersion;
  readonly variables: Readonly<Record<string, string>>;
}

/** Packer before 1.7 takes the file alone, later ones the folder with what names the plugins. */
export const templateFor = ({ type }: Builder, { output, packer }: Folder): string =>
  knowsPlugins(packer) ? join(output, type) : join(output, templatePath(type));

/** Does something with a builder, with the variables that can be made here; what they name is gone after that. */
export const withVariables = async (
  { type }: Builder,
  folder: Folder,
  { env, cwd, signal, stderr }: Context,
  work: (folder: Folder) => Promise<void>,
): Promise<void> => {
  if (type !== 'qemu') return work(folder);
  const lacking = await findMissing(['packer-qemu'], env.PATH);
  if (lacking.length > 0)
    throw failure(`${type}: missing here: ${lacking.map(({ what }) => what).join(', ')}`, {
      hint: `run as root: ${installCommand(packagesOf(lacking)).join(' ')}`,
    });
  const given = folder.variables;
  const machine = await openLocalMachine({
    variables: given,
    env,
    cwd,
    bare: resolve(cwd, DEFAULT_NAMES.bare.output),
    signal,
  });
  try {
    const { disk } = machine.variables;
    if (disk !== undefined) stderr.write(`starting from ${relative(cwd, disk)}\n`);
    await work({ ...folder, variables: { ...machine.variables, ...given } });
  } finally {
    await machine.remove();
  }
};
