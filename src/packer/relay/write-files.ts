import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256 } from '../../image/cache-key.ts';

/** What was written, by path: a file that is not as it was then has been edited. */
const RECORD = '.chatmail-image.json';

interface WriteOptions {
  /** What is done with files that were edited: nothing is written at all, they stay, or they go. */
  readonly edited: 'refuse' | 'keep' | 'overwrite';
}

/** What is at a path, if anything. Rejects for all errors but that there is nothing. */
const contentOf = async (path: string): Promise<Buffer | undefined> => {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
};

const recordOf = async (folder: string): Promise<Readonly<Record<string, string>>> => {
  try {
    return JSON.parse(String(await contentOf(join(folder, RECORD)))) as Record<string, string>;
  } catch {
    return {};
  }
};

/**
 * Writes files below a folder, and resolves to the paths of those that were edited since they were written here,
 * or that another program wrote.
 */
export const writeFiles = async (
  folder: string,
  files: ReadonlyMap<string, string | Uint8Array>,
  { edited: policy }: WriteOptions,
): Promise<readonly string[]> => {
  const before = await recordOf(folder);
  const edited: string[] = [];
  for (const [path, content] of files) {
    const there = await contentOf(join(folder, path));
    const digest = there && sha256(there);
    if (digest !== undefined && digest !== sha256(content) && digest !== before[path]) edited.push(path);
  }
  if (policy === 'refuse' && edited.length > 0) return edited;

  const record: Record<string, string> = { ...before };
  for (const [path, content] of files) {
    if (policy === 'keep' && edited.includes(path)) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
    record[path] = sha256(content);
  }
  await writeFile(join(folder, RECORD), `${JSON.stringify(record, undefined, 2)}\n`);
  return edited;
};
