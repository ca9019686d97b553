import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from '../program/run.ts';

/** Extracted trees are large; this many of the latest are kept, and any used within a day. */
const TREES_KEPT = 3;
const DAY_MS = 86_400_000;

/** Where extracted trees are kept (XDG Base Directory Specification). */
export const treeCache = (env: Readonly<Record<string, string | undefined>> = process.env): string =>
  join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'chatmail-image', 'trees');

/** Extracts everything but device nodes, which a container brings itself and not every host may make. */
const extractCommand = (tar: string, directory: string): string[] => [
  'tar',
  '--extract',
  `--file=${tar}`,
  `--directory=${directory}`,
  '--numeric-owner',
  '--preserve-permissions',
  '--xattrs',
  '--xattrs-include=*',
  '--exclude=./dev/*',
  '--exclude=dev/*',
];

const hashOf = async (file: string, signal: AbortSignal | undefined): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, ...(signal && { signal }) })) {
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
};

/** SHA-256 of a file, remembered by the facts that change when the file does. */
const rememberedHash = async (file: string, cache: string, signal?: AbortSignal): Promise<string> => {
  const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
  const facts = [await realpath(file), ino, size, mtimeNs, ctimeNs].join('\0');
  const note = join(cache, `${createHash('sha256').update(facts).digest('hex').slice(0, 32)}.sha256`);
  if (existsSync(note)) return readFile(note, 'utf8');
  const hash = await hashOf(file, signal);
  // Another process that reads at the same time finds a whole note or none.
  const partial = `${note}.${randomUUID()}`;
  await writeFile(partial, hash);
  await rename(partial, note);
  return hash;
};

const extract = async (tar: string, tree: string, cache: string, signal?: AbortSignal): Promise<void> => {
  const partial = await mkdtemp(join(cache, 'partial-'));
  try {
    await mkdir(join(partial, 'tree'), { mode: 0o755 });
    await run(extractCommand(tar, join(partial, 'tree')), { signal });
    // Another run may have been faster; its tree is the same.
    await rename(join(partial, 'tree'), tree).catch((error) => {
      if (!existsSync(tree)) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
};

/** Removes what has not been used for a day, but for the latest trees; a killed run's half tree too. */
const prune = async (cache: string): Promise<void> => {
  const entries = await Promise.all(
    (await readdir(cache)).map(async (name) => ({ name, used: (await stat(join(cache, name))).mtimeMs })),
  );
  const old = entries.filter(({ used }) => used < Date.now() - DAY_MS).sort((a, b) => b.used - a.used);
  const fresh = entries.length - old.length;
  for (const { name } of old.slice(Math.max(0, TREES_KEPT * 2 - fresh))) {
    await rm(join(cache, name), { recursive: true, force: true });
  }
};

/**
 * The tree in a tar, extracted once per content: read-only by agreement, to be the lower layer of overlays.
 * Needs root, for owners and permissions.
 */
export const cachedTree = async (tar: string, options: CachedTreeOptions = {}): Promise<string> => {
  const { cache = treeCache(), signal, onExtract } = options;
  await mkdir(cache, { recursive: true });
  const tree = join(cache, await rememberedHash(tar, cache, signal));
  if (!existsSync(tree)) {
    onExtract?.();
    await extract(tar, tree, cache, signal);
  }
  await utimes(tree, new Date(), new Date());
  await prune(cache).catch(() => undefined);
  return tree;
};

interface CachedTreeOptions {
  readonly cache?: string;
  readonly signal?: AbortSignal | undefined;
  /** Told when there is something to wait for. */
  readonly onExtract?: () => void;
}
