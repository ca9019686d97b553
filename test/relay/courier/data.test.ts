import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DotReader, DotStuffer } from '../../../src/relay/courier/data.ts';

/** Cuts bytes anywhere. */
const cut = (text: string, places: readonly number[]): Buffer[] => {
  const bytes = Buffer.from(text, 'latin1');
  const at = [0, ...places.map((n) => n % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
};

const stuffed = (chunks: readonly Buffer[]): string => {
  const stuffer = new DotStuffer();
  const text = chunks.map((chunk) => stuffer.push(chunk).toString('latin1')).join('');
  return text + stuffer.end();
};

/** The message, and what came after it; `undefined`: it has no end. */
const read = (chunks: readonly Buffer[]): [message: string, rest: string | undefined] => {
  const reader = new DotReader();
  let message = '';
  for (const [i, chunk] of chunks.entries()) {
    const rest = reader.push(chunk, (piece) => {
      message += piece.toString('latin1');
    });
    if (rest) return [message, Buffer.concat([rest, ...chunks.slice(i + 1)]).toString('latin1')];
  }
  return [message, undefined];
};

test.each([
  ['', '.\r\n'],
  ['a', 'a\r\n.\r\n'],
  ['a\r\n', 'a\r\n.\r\n'],
  ['a\n', 'a\r\n.\r\n'],
  ['.', '..\r\n.\r\n'],
  ['.\n.\r\n', '..\r\n..\r\n.\r\n'],
  ['a\n.\r\nb\r.\rc\r', 'a\r\n..\r\nb\r.\rc\r\n.\r\n'],
  ['\n\n.', '\r\n\r\n..\r\n.\r\n'],
])('%j becomes %j, however it is cut', (message, expected) => {
  const bytes = Buffer.from(message);
  expect(stuffed([bytes])).toBe(expected);
  expect(stuffed([...message].map((c) => Buffer.from(c)))).toBe(expected);
});

test.each([
  ['.\r\nQUIT', '', 'QUIT'],
  ['a\r\n.\r\n', 'a\r\n', ''],
  ['..\r\n...\r\n.\r\n', '.\r\n..\r\n', ''],
  ['a\n.\nb\n.\r\n\r.\r\n.\r\n', 'a\n.\nb\n.\r\n\r.\r\n', ''],
  ['a\r\n.b\r\n.\r\n', 'a\r\nb\r\n', ''],
  ['a\r\n.\r', 'a', undefined],
  ['a\r\n.\n', 'a\r\n', undefined],
])('%j holds %j, however it is cut', (text, message, rest) => {
  for (const chunks of [[Buffer.from(text)], [...text].map((c) => Buffer.from(c))]) {
    const found = read(chunks);
    expect(found[1]).toBe(rest);
    // What may belong to the end is kept back.
    expect(found[0].slice(0, message.length)).toBe(message);
  }
});

const text = fc.string({
  unit: fc.constantFrom('\r', '\n', '\r\n', '.', '\r\n.', 'x', '\xff'),
  maxLength: 30,
});
const places = fc.array(fc.nat(), { maxLength: 12 });

test('what one writes the other reads, with its lines ended', () => {
  fc.assert(
    fc.property(text, places, places, text, (message, one, other, next) => {
      const sent = stuffed(cut(message, one));
      const [got, rest] = read(cut(sent + next, other));
      const lines = message.replace(/\r?\n|\r$/g, '\r\n');
      expect(got).toBe(/^$|\n$/.test(lines) ? lines : `${lines}\r\n`);
      expect(rest).toBe(next);
    }),
  );
});
