import { mkdir, writeFile } from 'node:fs/promises';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { minify } from 'terser';
import * as relayTable from '../model/clouds/relay-table.ts';
import * as serviceFacts from '../model/service-facts.ts';
import * as version from '../version.ts';
import { type ConstantModule, constantsOnly } from './constants-only.ts';
import { ECHOBOT_PROGRAM } from './echobot.ts';
import { EXTRAS, INVITATIONS, PAYLOAD, PROGRAM, PROJECT, TRIAL, UNPACKER } from './paths.ts';
import { payloadOf } from './payload.ts';

const NODE_18 = {
  bundle: true,
  minifySyntax: true,
  write: false,
  platform: 'node',
  target: 'node18',
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Those of Debian's node-yaml and node-mustache: patched with the system, they use no space here. */
const LIBRARIES = ['yaml', 'mustache'];

/** In a bundle: of what is not part of it. */
const IMPORT = /^import (?:\{([^}]*)\}|\w+) from "([^"]+)";$/gm;

type Imports = ReadonlyMap<string, ReadonlySet<string>>;

/** Which names the program takes from where. */
const importsOf = async (entry: string): Promise<Imports> => {
  // Of files that are taken for a part only, what the rest imports must be found too.
  const options = { ...NODE_18, format: 'esm', external: LIBRARIES, treeShaking: false } as const;
  const { outputFiles } = await build({ ...options, entryPoints: [entry] });
  const imports = new Map<string, Set<string>>();
  for (const [, names = '', from = ''] of (outputFiles[0]?.text ?? '').matchAll(IMPORT)) {
    const taken = imports.get(from) ?? new Set();
    for (const name of names.split(',')) taken.add(name.trim().split(' ')[0] ?? '');
    imports.set(from, taken);
  }
  return imports;
};

/** Large modules of Node's own, each of which a part of the programs uses: loading all takes a fifth of a start. */
const LARGE = [
  'child_process',
  'crypto',
  'dns/promises',
  'http',
  'https',
  'readline',
  'readline/promises',
  'zlib',
];

/** Loaded when something of theirs is used first. The libraries would take 4 MB of memory of each service. */
const LAZY = [...LIBRARIES, ...LARGE.map((name) => `node:${name}`)];

/** Functions and classes that stand for a module's; of Mustache one function is used. */
const lazy = (path: string, names: readonly string[]): string => {
  const standIn = (name: string) =>
    /^[A-Z]/.test(name)
      ? `class{constructor(...given){return new(require("${path}").${name})(...given)}}`
      : `(...given)=>require("${path}").${name}(...given)`;
  return path === 'mustache'
    ? `export default {parse:${standIn('parse')}}`
    : names.map((name) => `export const ${name}=${standIn(name)};`).join('');
};

/** One `require` for each, its names taken once: by itself esbuild would do so in each of our files. */
const shared = (imports: Imports): Plugin => ({
  name: 'shared imports',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: new RegExp(`^(node:.*|${LIBRARIES.join('|')})$`) }, ({ path, namespace }) =>
      namespace === 'shared' ? { path, external: true } : { path, namespace: 'shared' },
    );
    onLoad({ filter: /.*/, namespace: 'shared' }, ({ path }) => {
      const names = [...(imports.get(path) ?? [])].sort();
      return {
        contents: LAZY.includes(path) ? lazy(path, names) : `export const {${names}}=require("${path}");`,
      };
    });
  },
});

/** Of the tables they are made from the relay needs nothing more. */
const FACTS: readonly ConstantModule[] = [
  [/\/model\/clouds\/relay-table\.ts$/, relayTable],
  [/\/model\/service-facts\.ts$/, serviceFacts],
  [/\/src\/version\.ts$/, version],
];

/** Bundles a program into one script for Debian's Node 18, as small as can be. */
const bundle = async (entry: string): Promise<string> => {
  const plugins = [constantsOnly(FACTS), shared(await importsOf(entry))];
  const { outputFiles } = await build({ ...NODE_18, entryPoints: [entry], plugins, format: 'cjs' });
  const { code = '' } = await minify(outputFiles[0]?.text ?? '', {
    ecma: 2020,
    compress: {
      passes: 4,
      unsafe_arrows: true,
      unsafe_methods: true,
      pure_getters: true,
      keep_fargs: false,
    },
    mangle: true,
    toplevel: true,
  });
  return code;
};

// Part of `npm run build`, so that installing this program needs no bundler.
await mkdir(`${PROJECT}lib/relay`, { recursive: true });
const script = async (entry: string) => `#!/usr/bin/node\n${await bundle(`${PROJECT}src/relay/${entry}`)}`;
const program = await script('main.ts');
await writeFile(PROGRAM, program);
await writeFile(EXTRAS, await bundle(`${PROJECT}src/relay/extras.ts`));
await writeFile(INVITATIONS, await bundle(`${PROJECT}src/relay/invitations/main.ts`));
await writeFile(TRIAL, await script('trial.ts'));
await writeFile(ECHOBOT_PROGRAM, await script('echobot/main.ts'));
await writeFile(UNPACKER, await bundle(`${PROJECT}src/squeeze/unpack.ts`));
await writeFile(PAYLOAD, JSON.stringify(payloadOf()));
