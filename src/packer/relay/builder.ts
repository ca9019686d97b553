import type { Cloud } from '../../model/clouds/cloud.ts';
import { type Expression, expression, type Plugin, type Settings, type Variable } from '../template.ts';

interface NamedPlugin extends Plugin {
  readonly name: string;
  /** The first Packer that `packer init` installs it with, for example `1.14.0`. */
  readonly packer: string;
}

/** One way to make a relay's image with Packer. */
export interface Builder {
  /** Packer's name of it. */
  readonly type: string;
  /** Whose machines. */
  readonly cloud: Cloud;
  readonly plugin: NamedPlugin;
  /** Debian's Packer 1.6.6 has it built in, with all options that the template sets. */
  readonly isInDebian: boolean;
  readonly variables: Readonly<Record<string, Variable>>;
  readonly settings: Settings;
}

export const variable = (name: string): Expression => expression(`var.${name}`);

/** Name of the image with the time of its making, as most clouds want it unique. */
export const IMAGE_NAME = expression('local.image');

/** A template is for one major version of a plugin: the next may refuse what this one takes. */
export const plugin = (name: string, source: string, version: string, packer = '1.7.0'): NamedPlugin => ({
  name,
  source: `github.com/${source}`,
  version: `>= ${version}, < ${Number.parseInt(version, 10) + 1}.0.0`,
  packer,
});

/** HashiCorp's own are at releases.hashicorp.com since August 2025, where Packer looks since 1.14. */
export const hashicorp = (name: string, version = '1.0.0'): NamedPlugin =>
  plugin(name, `hashicorp/${name}`, version, '1.14.0');
