import { isAtLeast, knowsPlugins, type PackerVersion } from '../find-packer.ts';
import { type PackerProblem, problemOf } from '../problem.ts';
import type { Builder } from './builder.ts';

/** Why this Packer cannot use the template of a builder, if it cannot. */
export const packerProblem = (
  { plugin, isInDebian }: Builder,
  packer: PackerVersion,
): PackerProblem | undefined => {
  const fits = knowsPlugins(packer) ? isAtLeast(packer, plugin.packer) : isInDebian;
  if (fits) return undefined;
  return problemOf('packer-too-old', {
    plugin: plugin.source,
    needed: plugin.packer,
    found: packer.version,
  });
};
