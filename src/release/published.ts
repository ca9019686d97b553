import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile } from '../image/file-digest.ts';
import { failure } from '../terminal/failure.ts';

/** A release where it is published: a folder, or what a web server has of one. */
export interface Published {
  /** As the user has named it. */
  readonly name: string;
  /** A file of at most `limit` bytes. Rejects with a failure that names it. */
  read(path: string, limit: number): Promise<Uint8Array>;
  /** The SHA-256 of a file. Rejects with a failure that names it. */
  digest(path: string, expected?: Expected): Promise<string>;
}

interface Expected {
  /** In bytes, if that is known. */
  readonly size?: number | undefined;
  /** Told of every piece that has come. */
  readonly onBytes?: (bytes: number) => void;
}

/** Of files that are neither packages nor images. */
const MOST = 16 << 20;

const unexpectedSize = (where: string, size: number): Error =>
  failure(`${where} has more than the ${size} bytes that it should have`);

export const publishedFolder = (folder: string, name: string, signal: AbortSignal): Published => ({
  name,
  read: async (path, limit) => {
    const file = await open(join(folder, path)).catch((cause: NodeJS.ErrnoException) => {
      throw failure(`${join(name, path)} cannot be read: ${cause.code}`, {
        hint: `is ${name} the folder of a release?`,
        cause,
      });
    });
    try {
      const buffer = Buffer.alloc(Math.min(limit, (await file.stat()).size) + 1);
      const { bytesRead } = await file.read(buffer);
      if (bytesRead > limit) throw unexpectedSize(join(name, path), limit);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  },
  digest: async (path) =>
    (
      await digestFile(join(folder, path), signal).catch((cause: NodeJS.ErrnoException) => {
        signal.throwIfAborted();
        throw failure(`${join(name, path)} cannot be read: ${cause.code}`, { cause });
      })
    ).sha256,
});

interface Download {
  readonly signal: AbortSignal;
  /** Milliseconds without a byte after which a server is given up. */
  readonly patience?: number;
}

/** What a server says instead of a file, or nothing. */
const refusal = (url: string, path: string, response: Response): Error | undefined => {
  const moved = response.redirected ? `, after a redirect to ${response.url}` : '';
  if (!response.ok)
    return failure(`${url}: ${response.status} ${response.statusText}${moved}`, {
      hint: 'is this the address of the folder, and is it published completely?',
    });
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/html') && !path.endsWith('.html'))
    return failure(`${url} is a web page and not the file${moved}`, {
      hint: 'give the address of the folder that has manifest.json',
    });
  return undefined;
};

const reasonOf = (error: unknown): string => {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? (error instanceof Error ? error.message : String(error));
};

/** Reads a file over HTTP, piece by piece; no more than `limit` bytes, nor later than the server's last byte allows. */
async function* download(
  base: string,
  path: string,
  limit: number,
  { signal, patience = 30_000 }: Download,
): AsyncGenerator<Uint8Array> {
  const url = `${base}/${path.split('/').map(encodeURIComponent).join('/')}`;
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(), patience);
  let bytes = 0;
  try {
    const response = await fetch(url, {
      headers: { 'accept-encoding': 'identity' },
      signal: AbortSignal.any([signal, stalled.signal]),
    });
    const refused = refusal(url, path, response);
    if (refused) throw refused;
    for await (const piece of response.body ?? []) {
      timer.refresh();
      bytes += piece.length;
      if (bytes > limit) throw unexpectedSize(url, limit);
      yield piece;
    }
  } catch (error) {
    signal.throwIfAborted();
    if ((error as Error).name === 'Failure') throw error;
    if (stalled.signal.aborted) throw failure(`${url}: nothing came for ${patience / 1000} seconds`);
    const when = bytes === 0 ? 'cannot be fetched' : `ended after ${bytes} bytes`;
    throw failure(`${url} ${when}: ${reasonOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
    stalled.abort();
  }
}

export const publishedAt = (url: string, options: Download): Published => {
  const base = url.replace(/\/+$/, '');
  return {
    name: base,
    read: async (path, limit) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of download(base, path, limit, options)) pieces.push(piece);
      return Buffer.concat(pieces);
    },
    digest: async (path, { size, onBytes } = {}) => {
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const piece of download(base, path, size ?? MOST, options)) {
        hash.update(piece);
        bytes += piece.length;
        onBytes?.(piece.length);
      }
      if (size !== undefined && bytes < size)
        throw failure(`${base}/${path} has ${bytes} bytes, and should have ${size}`);
      return hash.digest('hex');
    },
  };
};
