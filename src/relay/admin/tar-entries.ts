/**
 * What is in a tar, read as it comes. A backup is not to be trusted, and tar(1) cannot be told
 * which kinds of file to make, where, whose and how large.
 */
export interface TarEntry {
  /** As it is written there: bytes, one per character. Nothing is known of it. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** Of a symbolic link. */
  readonly target: string;
  readonly size: number;
  /** Unix time in seconds. */
  readonly mtime: number;
  /** What is in a file; what is not asked for is passed over. */
  readonly content: () => AsyncIterable<Buffer>;
}

/** It is not a tar file, or it is truncated. */
export class TarError extends Error {}

const BLOCK = 512;
/** A name has at most 4096 bytes; beside it stand attributes. */
const MAX_HEADER = 1 << 20;

/** Bytes of a stream, as many as are asked for. */
const bytesOf = (chunks: AsyncIterable<Buffer>) => {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  /** At most `size`; none at the end. */
  const some = async (size: number): Promise<Buffer> => {
    while (rest.length === 0) {
      const { value, done } = await iterator.next();
      if (done) return rest;
      rest = value;
    }
    const part = rest.subarray(0, size);
    rest = rest.subarray(part.length);
    return part;
  };
  return {
    some,
    /** Tells the writer that nothing more is read. */
    close: () => iterator.return?.(),
    all: async function* (size: number): AsyncGenerator<Buffer> {
      for (let left = size; left > 0; ) {
        const part = await some(left);
        if (part.length === 0) throw new TarError('is truncated');
        left -= part.length;
        yield part;
      }
    },
  };
};

const text = (block: Buffer, start: number, size: number): string => {
  const field = block.toString('latin1', start, start + size);
  return field.replace(/\0.*$/s, '');
};

/** Octal digits, or with the first bit set the number itself (GNU tar); `NaN` for what is none, or too large. */
const number = (block: Buffer, start: number, size: number): number => {
  const isBinary = ((block[start] ?? 0) & 0x80) !== 0;
  const value = isBinary
    ? block.subarray(start + 1, start + size).reduce((sum, byte) => sum * 256 + byte, 0)
    : Number.parseInt(text(block, start, size).trim() || '0', 8);
  return Number.isSafeInteger(value) ? value : Number.NaN;
};

/** The sum of a header's bytes, those of the sum itself counted as spaces. */
const isWhole = (block: Buffer): boolean => {
  const sum = block.reduce((all, byte, i) => all + (i >= 148 && i < 156 ? 32 : byte), 0);
  return sum === number(block, 148, 8);
};

/** What the headers before an entry say of it, as far as it is read: the rest is not kept. */
interface ExtendedHeader {
  path?: string;
  linkpath?: string;
  size?: string;
  mtime?: string;
  isSparse?: true;
}

const KEPT_RECORDS = ['path', 'linkpath', 'size', 'mtime'] as const;

/** Adds the records `LENGTH KEY=VALUE\n` of a pax header to those before. */
const addPaxRecords = (header: ExtendedHeader, bytes: string): void => {
  for (let at = 0; at < bytes.length; ) {
    const length = Number(/^\d{1,7}(?= )/.exec(bytes.slice(at, at + 8))?.[0]);
    const record = bytes.slice(at, at + length);
    const [, key = '', value = ''] = /^\d+ ([^=]+)=(.*)\n$/s.exec(record) ?? [];
    if (key === '' || record.length !== length) throw new TarError('is damaged: bad header');
    const known = KEPT_RECORDS.find((name) => name === key);
    if (known !== undefined) header[known] = value;
    if (key.startsWith('GNU.sparse')) header.isSparse = true;
    at += length;
  }
};

const KINDS: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '5': 'folder',
  '2': 'link',
};

const isZero = (block: Buffer): boolean => block.every((byte) => byte === 0);

/**
 * The entries of a tar in any of the formats that tar(1) writes (POSIX.1-2001 pax, ustar, GNU; tar(5)). Throws
 * {@link TarError} for what is not a tar file, and for a truncated one: after its last entry are two blocks of zeros.
 */
export async function* tarEntries(chunks: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const { some, all, close } = bytesOf(chunks);
  try {
    yield* entriesIn(some, all);
  } finally {
    await close();
  }
}

type Bytes = ReturnType<typeof bytesOf>;

async function* entriesIn(some: Bytes['some'], all: Bytes['all']): AsyncGenerator<TarEntry> {
  const whole = async (size: number): Promise<Buffer> => {
    const parts: Buffer[] = [];
    for await (const part of all(size)) parts.push(part);
    return Buffer.concat(parts);
  };
  const padding = (size: number): number => -size & (BLOCK - 1);
  /** The content of a header that tells of the next one. */
  const header = async (size: number): Promise<string> => {
    if (!(size <= MAX_HEADER)) throw new TarError('is damaged: a header is too large');
    const bytes = await whole(size);
    await whole(padding(size));
    return bytes.toString('latin1');
  };
  let next: ExtendedHeader = {};
  for (;;) {
    const block = await whole(BLOCK);
    if (isZero(block)) break;
    if (!isWhole(block)) throw new TarError('is not a tar file, or is damaged');
    const type = block.toString('latin1', 156, 157);
    const size = number(block, 124, 12);
    if (type === 'x') addPaxRecords(next, await header(size));
    else if (type === 'L') next.path = (await header(size)).replace(/\0.*$/s, '');
    else if (type === 'K') next.linkpath = (await header(size)).replace(/\0.*$/s, '');
    else if (type === 'g') await header(size);
    else {
      yield* entry(block, type, next, size);
      next = {};
    }
  }
  if (!isZero(await whole(BLOCK))) throw new TarError('is damaged at its end');
  // Read up to the end of the stream: tar(1) pads to its record size.
  for (let left = MAX_HEADER; left > 0; ) {
    const part = await some(left);
    if (part.length === 0) return;
    left -= part.length;
  }
  throw new TarError('has data after its end');

  async function* entry(block: Buffer, type: string, header: ExtendedHeader, inHeader: number) {
    const prefix = text(block, 257, 8).startsWith('ustar ') ? '' : text(block, 345, 155);
    const name = header.path ?? (prefix === '' ? '' : `${prefix}/`) + text(block, 0, 100);
    const kind = header.isSparse ? 'other' : (KINDS[type] ?? 'other');
    const size = header.size === undefined ? inHeader : Number(header.size);
    if (!Number.isSafeInteger(size) || size < 0 || (size > 0 && /^[1-6]$/.test(type)))
      throw new TarError('is damaged: impossible size');
    let left = size;
    const content = async function* (): AsyncGenerator<Buffer> {
      for await (const part of all(left)) {
        left -= part.length;
        yield part;
      }
    };
    const isFolder = kind === 'folder' || (kind === 'file' && name.endsWith('/'));
    const mtime = Math.max(0, Number(header.mtime ?? number(block, 136, 12)) || 0);
    const target = header.linkpath ?? text(block, 157, 100);
    yield { name, kind: isFolder ? 'folder' : kind, target, size, mtime, content } satisfies TarEntry;
    for await (const _ of content());
    await whole(padding(size));
  }
}
