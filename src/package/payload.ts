import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import { squeeze } from '../squeeze/squeeze.ts';
import { VERSION } from '../version.ts';
import { setupScript } from './install-scripts.ts';
import { PAYLOAD, PROGRAM, UNPACKER } from './paths.ts';
import { controlFiles, type PackageTree, packageTree } from './tree.ts';

/** The package as it travels in a text: its files squeezed, and the program that unpacks them. */
export interface Payload {
  /** Compressed with Brotli, in base64. */
  readonly unpacker: string;
  readonly digits: string;
}

/** The same, with what it was made from. */
export interface BuiltPayload extends Payload {
  /** Before squeezing, to know whether it is still right. */
  readonly parts: string;
  /** Of each part by its name, how many digits it takes. */
  readonly costs: Readonly<Record<string, number>>;
}

const DOCUMENTATION = /^\/usr\/share\/(doc|man|lintian)\//;

/** What is alike stands together, and what teaches the model about the rest stands first. */
const ORDER = [/^\/usr\/lib\//, /^\/usr\/share\/chatmail\/templates\//, /\/www\//, /^\/usr\/bin\//];

const rank = (path: string): number => ORDER.findIndex((pattern) => pattern.test(path));

/** The files of the package that travel: everything but the documentation. */
const travelling = (tree: PackageTree): PackageTree =>
  new Map(
    [...tree]
      .filter(([path]) => !DOCUMENTATION.test(path))
      .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)),
  );

/** Names and contents, each ended by a NUL: first the script that goes on, then the package's files. */
const partsOf = (tree: PackageTree, version: string): string => {
  const control = [...controlFiles(tree, version)].map(([name, file]) => [`/DEBIAN/${name}`, file] as const);
  const files = [...control, ...travelling(tree)].map(([path, { content }]) => [`package${path}`, content]);
  return [['setup', setupScript()], ...files].map(([path, content]) => `${path}\0${content}\0`).join('');
};

const kept = (): BuiltPayload | undefined => {
  try {
    return readPayload();
  } catch {
    return undefined;
  }
};

/** Adds up what the bytes of each part cost. */
const costsOf = (parts: string, costs: Float64Array): Record<string, number> => {
  const sums: Record<string, number> = {};
  let at = 0;
  for (const [part, name = ''] of parts.matchAll(/([^\0]*)\0[^\0]*\0/g)) {
    const end = at + Buffer.byteLength(part);
    sums[name] = costs.subarray(at, end).reduce((sum, cost) => sum + cost, 0);
    at = end;
  }
  return sums;
};

const compressed = (program: string): string =>
  brotliCompressSync(program, {
    params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_LGWIN]: 16 },
  }).toString('base64');

/** What was squeezed last, by this process. */
let last: BuiltPayload | undefined;

/**
 * Squeezes the package, which takes seconds, or returns what was made last, or by the last build, if it is the same. `archive`: see
 * `packageTree`. Throws where `npm run build` has not been run.
 */
export const payloadOf = (archive?: string): BuiltPayload => {
  const parts = partsOf(packageTree(readFileSync(PROGRAM, 'utf8'), VERSION, '', archive), VERSION);
  const bytes = Buffer.from(parts);
  const unpackingProgram = readFileSync(UNPACKER, 'utf8').replace(/\bSIZE\b/, String(bytes.length));
  const unpacker = compressed(unpackingProgram);
  for (const made of [last, kept()])
    if (made?.parts === parts && made.unpacker === unpacker && made.costs) return made;
  const { digits, costs } = squeeze(bytes, Buffer.from(unpackingProgram));
  last = { parts, unpacker, digits, costs: costsOf(parts, costs) };
  return last;
};

/** What `npm run build` has made. Throws where that has not been run. */
export const readPayload = (): BuiltPayload => JSON.parse(readFileSync(PAYLOAD, 'utf8')) as BuiltPayload;
