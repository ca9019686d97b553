import { renderHcl } from '../hcl.ts';
import type { Builder } from './builder.ts';
import { GUEST_SCRIPTS } from './guest-scripts.ts';
import { pluginsOf, relayTemplate } from './template.ts';

const NOTE = '# Written by chatmail-image.\n\n';

/** Where a builder's template is, below the folder of all. */
export const templatePath = (type: string): string => `${type}/${type}.pkr.hcl`;

/** All files of these builders but the package and the settings, by their path. Pure. */
export const packerFiles = (builders: readonly Builder[]): ReadonlyMap<string, string> =>
  new Map([
    ...builders.flatMap((builder) => [
      [templatePath(builder.type), NOTE + renderHcl(relayTemplate(builder))] as const,
      [`${builder.type}/plugins.pkr.hcl`, NOTE + renderHcl(pluginsOf(builder))] as const,
    ]),
    ...Object.entries(GUEST_SCRIPTS).map(([name, text]) => [`provision/${name}`, text] as const),
  ]);
