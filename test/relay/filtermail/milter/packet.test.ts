import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  MilterProtocolError,
  PacketReader,
  packet,
  stringsOf,
} from '../../../../src/relay/filtermail/milter/packet.ts';
import { conclude, negotiate, refuse } from '../../../../src/relay/filtermail/milter/reply.ts';

const hex = (bytes: Buffer) => bytes.toString('hex');
const readAll = (reader: PacketReader, chunk: Buffer) =>
  Array.from(reader.read(chunk), ({ command, data }) => [command, hex(data)]);
const head = (length: number) => packet('', length).subarray(4, 8);

test.each([
  ['nothing', packet('c'), '0000000163'],
  ['strings', packet('D', 'a', ''), '0000000444610000'],
  ['numbers', packet('O', 6, 0xffffffff), '000000094f00000006ffffffff'],
  ['bytes', packet('L', '\xe9'), '000000034ce900'],
])('a packet of %s', (_, bytes, expected) => {
  expect(hex(bytes)).toBe(expected);
});

// biome-ignore format: one line per case
test.each([
  ['a refusal', refuse('450 100% full'), packet('y', '450 100%% full')],
  ['a verdict that refuses', conclude({ refusal: '523 No' }), packet('y', '523 No')],
  ['a verdict that accepts', conclude({ edits: [] }), packet('c')],
  [
    'a header changed',
    conclude({ edits: [{ header: 'Subject', index: 1, value: 'x' }] }),
    Buffer.concat([packet('m', 1, 'Subject', ' x'), packet('c')]),
  ],
  ['a null sender', conclude({ edits: [{ sender: '' }] }), Buffer.concat([packet('e', '<>'), packet('c')])],
])('encodes %s', (_, bytes, expected) => {
  expect(hex(bytes)).toBe(hex(expected));
});

test('however the stream is cut, the packets are the same', () => {
  const one = fc.tuple(fc.constantFrom(...'CDHMRLBE'), fc.uint8Array({ maxLength: 300 }));
  fc.assert(
    fc.property(
      fc.array(one),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (packets, sizes) => {
        const stream = Buffer.concat(
          packets.flatMap(([c, data]) => [head(data.length + 1), Buffer.from(c), data]),
        );
        const reader = new PacketReader();
        const read: string[][] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          read.push(...readAll(reader, stream.subarray(at, at + size)));
          at += size;
        }
        expect(read).toEqual(packets.map(([c, data]) => [c, hex(Buffer.from(data))]));
      },
    ),
  );
});

test('the largest packet is read', () => {
  const size = 1 << 20;
  const [read] = [...new PacketReader().read(Buffer.concat([head(size), Buffer.alloc(size, 66)]))];
  expect([read?.command, read?.data.length]).toEqual(['B', size - 1]);
});

test.each([[0], [(1 << 20) + 1], [0x7fffffff], [0xffffffff]])('a length of %d is refused', (length) => {
  expect(() => readAll(new PacketReader(), head(length))).toThrow(MilterProtocolError);
});

test('any bytes are packets or refused', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), (chunks) => {
      const reader = new PacketReader();
      try {
        for (const chunk of chunks) readAll(reader, Buffer.from(chunk));
      } catch (error) {
        expect(error).toBeInstanceOf(MilterProtocolError);
      }
    }),
  );
});

test.each([
  ['a\0b\0', ['a', 'b']],
  ['a\0b', ['a']],
  ['\0', ['']],
  ['', []],
])('the strings in %j', (data, expected) => {
  expect(stringsOf(Buffer.from(data))).toEqual(expected);
});

const offer = (...words: readonly number[]) => packet('O', ...words).subarray(5);

test('negotiates for what is needed only', () => {
  expect(hex(negotiate(offer(6, 0x1ff, 0x1fffff)))).toBe(hex(packet('O', 6, 0x50, 0x1803c3)));
});

test.each([
  ['an older version', offer(2, 0x1ff, 0x1fffff)],
  ['no change of the sender', offer(6, 0x3f, 0x1fffff)],
  ['no skipping of replies', offer(6, 0x1ff, 0x7f)],
  ['a short packet', offer(6, 0x1ff)],
])('does not agree to %s', (_, bytes) => {
  expect(() => negotiate(bytes)).toThrow(MilterProtocolError);
});
