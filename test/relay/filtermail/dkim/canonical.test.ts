import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalBody } from '../../../../src/relay/filtermail/dkim/canonical-body.ts';
import { canonicalField, signedHeader } from '../../../../src/relay/filtermail/dkim/canonical-header.ts';
import { type Canonicalization, parseSignature } from '../../../../src/relay/filtermail/dkim/signature.ts';

const bodyOf = (how: Canonicalization, pieces: readonly string[]): string => {
  let text = '';
  const sink = canonicalBody(how, (piece) => {
    text += piece.toString('latin1');
  });
  for (const piece of pieces) sink.push(Buffer.from(piece, 'latin1'));
  sink.end();
  return text;
};

// biome-ignore format: one line per case
const BODIES: readonly (readonly [string, string, string, string])[] = [
  ['the example of RFC 6376 §3.4.5', ' C \r\nD \t E\r\n\r\n\r\n', ' C \r\nD \t E\r\n', ' C\r\nD E\r\n'],
  ['nothing', '', '\r\n', ''],
  ['one empty line', '\r\n', '\r\n', ''],
  ['many empty lines', '\r\n'.repeat(3000), '\r\n', ''],
  ['a line of white space', ' \t\r\n', ' \t\r\n', ''],
  ['lines of white space at the end', 'a\r\n \r\n\t\r\n', 'a\r\n \r\n\t\r\n', 'a\r\n'],
  ['many empty lines within', `a${'\r\n'.repeat(3000)}b\r\n`, `a${'\r\n'.repeat(3000)}b\r\n`, `a${'\r\n'.repeat(3000)}b\r\n`],
  ['no end of the last line', 'a\r\nb', 'a\r\nb\r\n', 'a\r\nb\r\n'],
  ['white space at the end of what has no end', 'a \t', 'a \t\r\n', 'a\r\n'],
  ['a lone CR', 'a \rb\r\n\r\r\n', 'a \rb\r\n\r\r\n', 'a \rb\r\n\r\r\n'],
  ['a lone CR at the very end', 'a \r', 'a \r\r\n', 'a \r\r\n'],
  ['a lone LF', 'a \n\n', 'a \n\n\r\n', 'a \n\n\r\n'],
  ['8-bit', '\xe4\xa0\xff \xa0\r\n', '\xe4\xa0\xff \xa0\r\n', '\xe4\xa0\xff \xa0\r\n'],
  ['a NUL', 'a\0 b\r\n', 'a\0 b\r\n', 'a\0 b\r\n'],
  ['a line of 10,000 bytes', `${'x '.repeat(5000)}\r\n`, `${'x '.repeat(5000)}\r\n`, `${'x '.repeat(5000).trimEnd()}\r\n`],
];

describe('bodies', () => {
  test.each(BODIES)('%s', (_, text, simple, relaxed) => {
    expect([bodyOf('simple', [text]), bodyOf('relaxed', [text])]).toEqual([simple, relaxed]);
  });

  const byText: Readonly<Record<Canonicalization, (text: string) => string>> = {
    simple: (text) => `${text.replace(/(\r\n)+$/, '')}\r\n`,
    relaxed: (text) => {
      const lines = text.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
      const squeezed = lines.join('\r\n').replace(/(\r\n)+$/, '');
      return squeezed === '' ? '' : `${squeezed}\r\n`;
    },
  };
  const piece = fc
    .array(fc.constantFrom('\r\n', '\r', '\n', ' ', '\t', 'a', '\r\n\r\n', 'x'.repeat(5000)), {
      maxLength: 9,
    })
    .map((words) => words.join(''));

  test.each(['simple', 'relaxed'] as const)('%s: the same in any pieces', (how) => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        expect(bodyOf(how, pieces)).toBe(byText[how](pieces.join('')));
      }),
      { numRuns: 500 },
    );
  });
});

// biome-ignore format: one line per case
const FIELDS: readonly (readonly [string, string, string, string, string])[] = [
  ['the first example of RFC 6376 §3.4.5', 'A', ' X', 'A: X', 'a:X'],
  ['the second', 'B ', ' Y\t\n\tZ  ', 'B : Y\t\r\n\tZ  ', 'b:Y Z'],
  ['no space after the colon', 'C', 'x', 'C:x', 'c:x'],
  ['nothing', 'D', '', 'D:', 'd:'],
  ['white space only', 'E', ' \n \t', 'E: \r\n \t', 'e:'],
  ['a lone CR', 'F', ' a\rb', 'F: a\rb', 'f:a\rb'],
  ['8-bit', 'G', ' \xa0\xc4\xa0', 'G: \xa0\xc4\xa0', 'g:\xa0\xc4\xa0'],
];

describe('fields', () => {
  test.each(FIELDS)('%s', (_, name, value, simple, relaxed) => {
    const field = { name, value };
    expect([canonicalField(field, 'simple'), canonicalField(field, 'relaxed')]).toEqual([simple, relaxed]);
  });
});

describe('what is signed of a header', () => {
  const dataOf = (names: string, others: readonly (readonly [string, string])[], b = 'b=YQ==') => {
    const field = {
      name: 'DKIM-Signature',
      value: ` v=1; a=rsa-sha256; ${b};\n d=a.test; s=s; c=relaxed; h=${names}; bh=YQ==`,
    };
    const signature = parseSignature(field);
    if (!signature) throw new Error('no signature');
    const text = signedHeader([...others.map(([name, value]) => ({ name, value })), field], signature);
    return text.toString('latin1').split('\r\n');
  };
  const own = (names: string, b = 'b=') =>
    `dkim-signature:v=1; a=rsa-sha256; ${b}; d=a.test; s=s; c=relaxed; h=${names}; bh=YQ==`;

  // biome-ignore format: one line per case
  const HEADERS: readonly (readonly [string, string, readonly (readonly [string, string])[], readonly string[]])[] = [
    ['in the order of the list', 'to:from', [['From', 'a'], ['To', 'b']], ['to:b', 'from:a']],
    ['in any case, with a space before the colon', 'From:TO', [['FROM ', 'a'], ['tO', 'b']], ['from:a', 'to:b']],
    ['of two the last', 'from:x', [['X', '1'], ['X', '2'], ['From', 'a']], ['from:a', 'x:2']],
    ['of two both, from the bottom', 'x:from:x', [['X', '1'], ['X', '2'], ['From', 'a']], ['x:2', 'from:a', 'x:1']],
    ['one more than there are', 'from:from:x', [['From', 'a']], ['from:a']],
    ['another signature, and not its own', 'from:dkim-signature:dkim-signature', [['From', 'a'], ['DKIM-Signature', 'other']], ['from:a', 'dkim-signature:other']],
    ['a name that every object has', 'from:__proto__:constructor', [['From', 'a'], ['Constructor', 'b']], ['from:a', 'constructor:b']],
  ];
  test.each(HEADERS)('%s', (_, names, others, lines) => {
    expect(dataOf(names, others)).toEqual([...lines, own(names)]);
  });

  test.each([
    ['folded', 'b=YQ\n =\t='],
    ['with white space around the name', ' \tb \t=YQ=='],
  ])('its own value is left out: %s', (_, b) => {
    expect(dataOf('from', [['From', 'a']], b).at(-1)).toMatch(/; a=rsa-sha256; b ?=; d=/);
  });

  test('the hash of the body stays', () => {
    expect(dataOf('from', [['From', 'a']]).at(-1)).toMatch(/bh=YQ==$/);
  });
});
