import { open, stat } from 'node:fs/promises';

/** What a file can be booted as: a folder, a tar of its files, or a disk. */
export type ImageKind = 'folder' | 'tar' | 'qcow2' | 'raw';

/** Compressed files, which tar knows how to read: zstd (RFC 8878), gzip (RFC 1952), xz. */
const COMPRESSED = ['28b52ffd', '1f8b', 'fd377a585a00'];

/** Tells an image by its first bytes. Undefined: nothing that boots. */
export const kindOfBytes = (head: Buffer): Exclude<ImageKind, 'folder'> | undefined => {
  const hex = head.toString('hex', 0, 8);
  if (head.toString('latin1', 0, 4) === 'QFI\xfb') return 'qcow2';
  // pax/ustar: the magic of the first header (POSIX.1-2017, pax, "ustar Interchange Format").
  if (COMPRESSED.some((magic) => hex.startsWith(magic)) || head.toString('latin1', 257, 262) === 'ustar')
    return 'tar';
  // The signature of a boot sector, which a GPT disk has too.
  return head[510] === 0x55 && head[511] === 0xaa ? 'raw' : undefined;
};

/** Rejects where there is no such file, or where it cannot be read. */
export const kindOfImage = async (path: string): Promise<ImageKind | undefined> => {
  if ((await stat(path)).isDirectory()) return 'folder';
  const file = await open(path);
  try {
    const head = Buffer.alloc(512);
    await file.read(head, 0, head.length, 0);
    return kindOfBytes(head);
  } finally {
    await file.close();
  }
};
