/** An entry of a tar that no tar(1) would make. */
export interface Written {
  readonly name: string;
  /** As in tar(5): `0` file, `1` hard link, `2` link, `3` and `4` devices, `5` folder, `6` FIFO. */
  readonly type?: string;
  readonly target?: string;
  readonly mode?: number;
  readonly content?: string | Buffer;
}

const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;

/** A header of ustar; `fields` by their offset stand in the place of what is right. */
export const tarHeader = (
  { name, type = '0', target = '', mode = 0o644, content = '' }: Written,
  fields: Readonly<Record<number, string>> = {},
  isRight = true,
): Buffer => {
  const block = Buffer.alloc(512);
  const right = {
    0: name,
    100: octal(mode, 7),
    108: octal(0, 7),
    116: octal(0, 7),
    124: octal(content.length, 11),
    136: octal(1_790_035_200, 11),
    156: type,
    157: target,
    257: 'ustar\x0000',
  };
  for (const [at, value] of Object.entries({ ...right, ...fields })) block.write(value, Number(at), 'latin1');
  block.fill(' ', 148, 156);
  const sum = block.reduce((a, b) => a + b, 0) + (isRight ? 0 : 1);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
};

/** Content, filled up to whole blocks. */
export const tarBlocks = (content: string | Buffer): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 511)]);
};

export const TAR_END = Buffer.alloc(1024);

export const writeTar = (entries: readonly Written[]): Buffer =>
  Buffer.concat([...entries.flatMap((entry) => [tarHeader(entry), tarBlocks(entry.content ?? '')]), TAR_END]);
