import { brotliCompressSync } from 'node:zlib';
import { travelling } from './payload.ts';
import type { PackageTree } from './tree.ts';

/** What a text for stock Debian 12 may have, so that it fits Hetzner, DigitalOcean, OpenStack, Azure and Google. */
export const ROOM = 32_768;

const GROUPS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['program', /^\/usr\/bin\//],
  ['templates', /^\/usr\/share\/chatmail\/templates\//],
  ['pages', /^\/usr\/share\/chatmail\/www\//],
  ['units', /^\/usr\/lib\//],
];

export interface Room {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  /** About how many characters of the text it takes. */
  readonly characters: number;
}

/**
 * What takes the room in a text that has `size` characters, `digits` of them the package. How much of those each
 * kind of file takes is an estimate: they are squeezed together, and help one another.
 */
export const roomOf = (tree: PackageTree, digits: number, size: number): Room[] => {
  const files = [...travelling(tree)];
  const groups = GROUPS.map(([name, pattern]) => {
    const contents = files
      .filter(([path]) => pattern.test(path))
      .map(([, { content }]) => Buffer.from(content));
    const all = Buffer.concat(contents);
    return { name, files: contents.length, bytes: all.length, brotli: brotliCompressSync(all).length };
  });
  const whole = groups.reduce((sum, { brotli }) => sum + brotli, 0);
  return [
    ...groups.map(({ brotli, ...group }) => ({
      ...group,
      characters: Math.round((digits * brotli) / whole),
    })),
    { name: 'way in', files: 0, bytes: 0, characters: size - digits },
  ];
};

const row = (name: string, ...cells: (string | number)[]): string =>
  `${name.padEnd(14)}${cells.map((cell) => String(cell).padStart(11)).join('')}\n`;

/** The same for a person; every build prints it. */
export const roomTable = (room: readonly Room[], packageSize: number): string => {
  const size = room.reduce((sum, { characters }) => sum + characters, 0);
  const left = ROOM - size;
  return [
    row('user-data', 'files', 'bytes', 'characters'),
    ...room.map(({ name, files, bytes, characters }) => row(name, files || '', bytes || '', characters)),
    `${size} of ${ROOM} characters used by the relay in a text for stock Debian, ${Math.abs(left)} ${left < 0 ? 'too many' : 'left'}; `,
    `the package has ${packageSize} bytes\n`,
  ].join('');
};
