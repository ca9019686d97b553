import type { BuiltPayload } from './payload.ts';

/** The most bytes of a pasted text: what DigitalOcean and Azure take. */
export const TEXT_LIMIT = 65_536;

const GROUPS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['program', /^package\/usr\/bin\//],
  ['templates', /^package\/usr\/share\/chatmail\/templates\//],
  ['pages', /^package\/usr\/share\/chatmail\/www\//],
  ['units', /^package\/usr\/lib\//],
  ['installer', /^setup$|^package\/DEBIAN\//],
  ['other', /^/],
];

/** What a kind of file takes of the text that is pasted. */
export interface SizeRow {
  readonly name: string;
  readonly files: number;
  /** As they are in the machine. */
  readonly bytes: number;
  /** Of the text. */
  readonly characters: number;
}

/**
 * What uses the space in a text of `size` characters that carries this payload. The characters of each kind of file
 * are what the compressor's model charged for them, so that the rows add up to the text.
 */
export const sizeRows = ({ parts, costs }: BuiltPayload, size: number): SizeRow[] => {
  const files = [...parts.matchAll(/([^\0]*)\0([^\0]*)\0/g)].map(([, path = '', content = '']) => ({
    group: GROUPS.find(([, pattern]) => pattern.test(path))?.[0],
    bytes: Buffer.byteLength(content),
    characters: costs[path] ?? 0,
  }));
  let sum = 0;
  let shown = 0;
  const rows = GROUPS.map(([name]) => {
    const own = files.filter(({ group }) => group === name);
    sum += own.reduce((all, { characters }) => all + characters, 0);
    const characters = Math.round(sum) - shown;
    shown += characters;
    return { name, files: own.length, bytes: own.reduce((all, { bytes }) => all + bytes, 0), characters };
  }).filter((row) => row.files > 0);
  // The last digits settle the coder; they are the way in's as much as anybody's.
  return [...rows, { name: 'way in', files: 0, bytes: 0, characters: size - shown }];
};

const line = (name: string, ...cells: (string | number)[]): string =>
  `${name.padEnd(14)}${cells.map((cell) => String(cell).padStart(11)).join('')}\n`;

/** The same for a person; every build prints it. */
export const sizeTable = (rows: readonly SizeRow[], packageSize: number): string => {
  const size = rows.reduce((sum, { characters }) => sum + characters, 0);
  const left = TEXT_LIMIT - size;
  return [
    line('user-data', 'files', 'bytes', 'characters'),
    ...rows.map(({ name, files, bytes, characters }) => line(name, files || '', bytes || '', characters)),
    `${size} of ${TEXT_LIMIT} characters used by the relay in a text for stock Debian, ${Math.abs(left)} ${left < 0 ? 'too many' : 'left'}; `,
    `the package has ${packageSize} bytes\n`,
  ].join('');
};
