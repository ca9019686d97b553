import type { Plugin } from 'esbuild';

/** A module of constants, by the end of its path, and what they are. */
export type ConstantModule = readonly [path: RegExp, constants: object];

/** In place of these modules the bundle gets the values of their constants, and nothing that they are made from. */
export const constantsOnly = (modules: readonly ConstantModule[]): Plugin => ({
  name: 'constants only',
  setup: ({ onLoad }) => {
    for (const [filter, constants] of modules)
      onLoad({ filter }, () => ({
        contents: Object.entries(constants)
          .map(([name, value]) => `export const ${name}=${JSON.stringify(value)};`)
          .join(''),
      }));
  },
});
