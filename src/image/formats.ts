/** What an image can be written as. A container image (OCI) is to follow. */
export const FORMATS = {
  qcow2: 'a compressed virtual disk, for QEMU and most providers',
  raw: 'a disk byte for byte, sparse',
  tar: 'the files only, for containers',
  'tar.zst': 'the files only, compressed',
} as const;

export type Format = keyof typeof FORMATS;

export const isFormat = (name: string): name is Format => Object.hasOwn(FORMATS, name);

/** Whether it is a disk that boots, rather than the files alone. */
export const needsDisk = (format: Format): boolean => format === 'qcow2' || format === 'raw';

export const COMPRESSIONS = ['zlib', 'zstd'] as const;
/** How clusters of a qcow2 are compressed. Every provider reads zlib; zstd is smaller. */
export type Compression = (typeof COMPRESSIONS)[number];
