import { execa } from 'execa';
import type { PackageTree } from './tree.ts';

/** What the relay may take, so that it can travel whole inside a user-data text of 32 KiB. */
export const ROOM = 24_000;

const DOCUMENTATION = /^\/usr\/share\/(doc|man|lintian)\//;

const GROUPS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['program', /^\/usr\/bin\//],
  ['templates', /^\/usr\/share\/chatmail\/templates\//],
  ['pages', /^\/usr\/share\/chatmail\/www\//],
  ['units', /^\/usr\/lib\//],
  ['documentation', DOCUMENTATION],
];

const compressedSize = async (contents: readonly (string | Uint8Array)[]): Promise<number> => {
  const input = Buffer.concat(contents.map((content) => Buffer.from(content)));
  const { stdout } = await execa('xz', ['-9e', '--format=raw', '--stdout'], { input, encoding: 'buffer' });
  return stdout.length;
};

/** The package as it travels: everything but the documentation, in one stream. */
export const travellingSize = (tree: PackageTree): Promise<number> =>
  compressedSize([...tree].filter(([path]) => !DOCUMENTATION.test(path)).map(([, file]) => file.content));

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

const row = (name: string, ...cells: (string | number)[]): string =>
  `${name.padEnd(14)}${cells.map((cell) => String(cell).padStart(11)).join('')}\n`;

/** What takes the room in the package, for a person; every build prints it. `packageSize` is the file's. */
export const roomTable = async (tree: PackageTree, packageSize: number): Promise<string> => {
  const used = await travellingSize(tree);
  const over = used > ROOM ? `, ${used - ROOM} too many to travel in user-data` : '';
  return [
    row('relay package', 'files', 'bytes', 'xz'),
    ...(await roomOf(tree)).map(({ name, files, bytes, compressed }) => row(name, files, bytes, compressed)),
    `${used} of ${ROOM} bytes of room used without the documentation${over}; the package has ${packageSize} bytes\n`,
  ].join('');
};
