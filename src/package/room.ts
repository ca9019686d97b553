import { execa } from 'execa';
import type { PackageTree } from './tree.ts';

/** What the relay may take, so that it can travel whole inside a user-data text of 32 KiB. */
export const ROOM = 24_000;

const GROUPS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['program', /^\/usr\/bin\//],
  ['templates', /^\/usr\/share\/chatmail\/templates\//],
  ['pages', /^\/usr\/share\/chatmail\/www\//],
  ['units', /^\/usr\/lib\//],
  ['documentation', /^\/usr\/share\/(doc|man|lintian)\//],
];

const compressedSize = async (contents: readonly (string | Uint8Array)[]): Promise<number> => {
  const input = Buffer.concat(contents.map((content) => Buffer.from(content)));
  const { stdout } = await execa('xz', ['-9e', '--format=raw', '--stdout'], { input, encoding: 'buffer' });
  return stdout.length;
};

export interface Room {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  readonly compressed: number;
}

/** What takes the room in the package: bytes and xz-compressed bytes of each kind of file. */
export const roomOf = (tree: PackageTree): Promise<Room[]> =>
  Promise.all(
    GROUPS.map(async ([name, pattern]) => {
      const contents = [...tree].filter(([path]) => pattern.test(path)).map(([, file]) => file.content);
      const bytes = contents.reduce((sum, content) => sum + content.length, 0);
      return { name, files: contents.length, bytes, compressed: await compressedSize(contents) };
    }),
  );
