import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { linesOf } from '../../../src/relay/lib/lines-of.ts';
import { ProtocolError } from '../../../src/relay/lib/serve.ts';

const collect = async (lines: AsyncIterable<string>): Promise<string[]> => {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
};

test.each([
  [['a\nb\n'], ['a', 'b']],
  [
    ['a', 'b', '\nc', '\n'],
    ['ab', 'c'],
  ],
  [['a\n\nunfinished'], ['a', '']],
])('lines of %j', async (chunks, lines) =>
  expect(await collect(linesOf(Readable.from(chunks)))).toEqual(lines),
);

test.each([['12345\n'], ['123', '45'], ['1\n12345']].map((chunks) => [chunks]))(
  'a line longer than allowed ends the connection: %j',
  (chunks) => expect(collect(linesOf(Readable.from(chunks), 4))).rejects.toThrow(ProtocolError),
);
