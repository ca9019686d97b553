import type { Cloud } from '../../model/clouds/cloud.ts';
import { type Expression, expression, type Plugin, type Settings, type Variable } from '../template.ts';

type NamedPlugin = Plugin & { readonly name: string };

/** One way to make a relay's image with Packer. */
export interface Builder {
  /** Packer's name of it. */
  readonly type: string;
  /** Whose machines. */
  readonly cloud: Cloud;
  readonly plugin: NamedPlugin;
  /** Debian's Packer 1.6.6 has it built in. */
  readonly isInDebian: boolean;
  readonly variables: Readonly<Record<string, Variable>>;
  readonly settings: Settings;
}

export const variable = (name: string): Expression => expression(`var.${name}`);

/** Name of the image with the time of its making, as most clouds want it unique. */
export const IMAGE_NAME = expression('local.image');

export const plugin = (name: string, source: string, version: string): NamedPlugin => ({
  name,
  source: `github.com/${source}`,
  version: `>= ${version}`,
});

export const hashicorp = (name: string): NamedPlugin => plugin(name, `hashicorp/${name}`, '1.0.0');
