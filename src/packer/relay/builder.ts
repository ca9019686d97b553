import { type Expression, expression, type Plugin, type Settings, type Variable } from '../template.ts';

/** One way to make a relay's image with Packer. */
export interface Builder {
  /** Packer's name of it. */
  readonly type: string;
  /** Whose machines, for a person. */
  readonly cloud: string;
  readonly plugin: Plugin & { readonly name: string };
  /** Debian's Packer 1.6.6 has it built in. */
  readonly isInDebian: boolean;
  readonly variables: Readonly<Record<string, Variable>>;
  readonly settings: Settings;
}

export const variable = (name: string): Expression => expression(`var.${name}`);

/** Name of the image with the time of its making, as most clouds want it unique. */
export const IMAGE_NAME = expression('local.image');
