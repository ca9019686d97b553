type Field = readonly [name: string, value: string];

/**
 * An ordinary mail program that tries hard to find something to show: it has the whole text, splits it at every kind
 * of line end, and believes every boundary it is told of in any way. Written apart from the filter, and simpler.
 */
const LINE_END = /\r\n|\r|\n/;
const NOTES = [
  '',
  'This is an OpenPGP/MIME encrypted message (RFC 2440 and 3156)',
  'This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)',
  'This is a multi-part message in MIME format.',
  'This is a MIME-encapsulated message.',
];

const valuesOf = (fields: readonly Field[], wanted: string): string[] =>
  fields.filter(([name]) => name.trim().toLowerCase() === wanted).map(([, value]) => value);

/** Encoded words become what they stand for (RFC 2047), as far as it matters here. */
const withoutEncodedWords = (text: string): string =>
  text.replace(/=\?[^?]*\?([bq])\?([^?]*)\?=/gi, (_, encoding: string, word: string) =>
    encoding.toLowerCase() === 'b'
      ? Buffer.from(word, 'base64').toString('latin1')
      : word
          .replaceAll('_', ' ')
          .replace(/=([\da-f]{2})/gi, (__, hex: string) => String.fromCharCode(Number(`0x${hex}`))),
  );

const boundariesIn = (type: string): string[] =>
  [type, withoutEncodedWords(type)]
    .flatMap((text) => [...text.matchAll(/boundary[*\d]*\s*=\s*("[^"]*"?|[^;\s]*)/gi)])
    .map(([, boundary = '']) => boundary.replaceAll('"', '').trim());

const decoded = (body: string, encoding = ''): string => {
  const name = encoding.trim().toLowerCase();
  if (name === 'base64') return Buffer.from(body, 'base64').toString('latin1');
  if (name !== 'quoted-printable') return body;
  return body
    .replace(/[ \t]+$/gm, '')
    .replace(/=(\r\n|\r|\n)/g, '')
    .replace(/=([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number(`0x${hex}`)));
};

interface Part {
  readonly type: string;
  readonly text: string;
}

const partOf = (lines: readonly string[]): Part => {
  const end = lines.indexOf('') < 0 ? lines.length : lines.indexOf('');
  const fields = lines
    .slice(0, end)
    .join('\n')
    .replace(/\n(?=[ \t])/g, '')
    .split('\n')
    .map((line): Field => [line.split(':')[0] ?? '', line.slice(line.indexOf(':') + 1)]);
  const body = lines.slice(end + 1).join('\n');
  const type = (valuesOf(fields, 'content-type')[0] ?? '').split(';')[0] ?? '';
  return {
    type: type.trim().toLowerCase(),
    text: decoded(body, valuesOf(fields, 'content-transfer-encoding')[0]),
  };
};

/** The parts, or what is wrong with what is around them. */
const partsOf = (body: string, boundary: string): Part[] | string => {
  const sections: string[][] = [[]];
  for (const line of body.split(LINE_END))
    if (line.startsWith(`--${boundary}`)) sections.push([line.slice(boundary.length + 2).trim()]);
    else sections.at(-1)?.push(line);
  const [preamble = [], ...rest] = sections;
  const [, ...epilogue] = rest.pop() ?? [];
  const around = [...preamble, ...epilogue].find((line) => !NOTES.includes(line.trim()));
  return around === undefined
    ? rest.map(([, ...lines]) => partOf(lines))
    : `text around the parts: ${around}`;
};

/** The tags of packets; reads the whole recursively, and stops where there is too little. */
const tagsOf = (data: Buffer): number[] => {
  const tag = data[0];
  if (tag === undefined) return [];
  if (tag < 0x80) return [-1];
  const isNew = tag >= 0xc0;
  let at = 1;
  const number = (octets: number): number => {
    at += octets;
    return at <= data.length ? data.readUIntBE(at - octets, octets) : Number.POSITIVE_INFINITY;
  };
  const newLength = (first: number): number => {
    if (first < 192) return first;
    return first === 255 ? number(4) : (first - 192) * 256 + number(1) + 192;
  };
  let isPartial = isNew;
  if (!isNew) {
    const octets = [1, 2, 4][tag & 3];
    const length = octets === undefined ? Number.POSITIVE_INFINITY : number(octets);
    at += length;
  }
  while (isPartial) {
    const first = number(1);
    isPartial = first >= 224 && first < 255;
    const length = isPartial ? 2 ** (first - 224) : newLength(first);
    at += length;
  }
  return [isNew ? tag & 63 : (tag >> 2) & 15, ...(at > data.length ? [-1] : tagsOf(data.subarray(at)))];
};

/** What is not encrypted in an OpenPGP message, if anything. */
const readableInArmour = (text: string): string | undefined => {
  const lines = text
    .split(LINE_END)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  const [begin, ...rest] = lines;
  const end = rest.pop();
  if (begin !== '-----BEGIN PGP MESSAGE-----' || end !== '-----END PGP MESSAGE-----')
    return `${begin} … ${end}`;
  if (/^Version: [ -~]{1,90}$/.test(rest[0] ?? '')) rest.shift();
  if (/^=[\w+/]{4}$/.test(rest.at(-1) ?? '')) rest.pop();
  const stray = rest.find((line) => !/^[A-Za-z\d+/=]+$/.test(line));
  if (stray !== undefined) return stray;
  const tags = tagsOf(Buffer.from(rest.join(''), 'base64'));
  const last = tags.pop();
  return last === 18 && tags.every((tag) => tag === 1 || tag === 3) ? undefined : `packets ${tags},${last}`;
};

const readableInEncrypted = (type: string, body: string): string | undefined => {
  const [boundary = '', ...others] = [...new Set(boundariesIn(type))];
  const stray = others.find((other) => body.split(LINE_END).some((line) => line.startsWith(`--${other}`)));
  if (stray !== undefined) return `another boundary: ${stray}`;
  const parts = partsOf(body, boundary);
  if (typeof parts === 'string') return parts;
  const [first, second, third] = parts;
  if (!first || !second || third) return `${parts.length} parts`;
  if (first.type !== 'application/pgp-encrypted' || first.text.trim() !== 'Version: 1') return first.text;
  return second.type === 'application/octet-stream' ? readableInArmour(second.text) : second.type;
};

const REQUEST = /^secure-join: v[cg]-request$/i;

const readableInRequest = (fields: readonly Field[], type: string, body: string): string | undefined => {
  const [boundary] = /^\s*multipart\//i.test(type) ? boundariesIn(type) : [];
  const encoding = valuesOf(fields, 'content-transfer-encoding')[0];
  const parts =
    boundary === undefined
      ? [{ type: 'text/plain', text: decoded(body, encoding) }]
      : partsOf(body, boundary);
  if (typeof parts === 'string') return parts;
  const [leaf, ...others] = parts;
  const isRequest = leaf?.type === 'text/plain' && others.length === 0 && REQUEST.test(leaf.text.trim());
  return isRequest ? undefined : body;
};

/** What this reader could show of a message that is said to be encrypted, or a securejoin request; `undefined`: nothing. */
export const readableIn = (fields: readonly Field[], body: string): string | undefined => {
  const type = valuesOf(fields, 'content-type')[0] ?? '';
  return /^\s*multipart\/encrypted(?![\w.+-])/i.test(type)
    ? readableInEncrypted(type, body)
    : valuesOf(fields, 'secure-join').length === 1
      ? readableInRequest(fields, type, body)
      : body;
};
