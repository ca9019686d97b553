import { expect, test } from 'vitest';
import { parseEntries } from '../../src/image/self-test.ts';

test.each([
  ['', []],
  ['f 12 /etc/hosts\0', [{ type: 'f', size: 12, path: '/etc/hosts' }]],
  [
    'd 4096 /etc\0l 7 /a b  c\0',
    [
      { type: 'd', size: 4096, path: '/etc' },
      { type: 'l', size: 7, path: '/a b  c' },
    ],
  ],
  ['f 0 /with\nnewline\0', [{ type: 'f', size: 0, path: '/with\nnewline' }]],
])('%j', (listing, entries) => expect(parseEntries(listing)).toEqual(entries));
