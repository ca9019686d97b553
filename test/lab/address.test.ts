import { expect, test } from 'vitest';
import { freeLinks, isFree, LINK_COUNT, linkOf, parseBlock } from '../../src/lab/address.ts';

test.each([
  [0, '10.219.0.1', '10.219.0.2'],
  [1, '10.219.0.5', '10.219.0.6'],
  [64, '10.219.1.1', '10.219.1.2'],
  [LINK_COUNT - 1, '10.219.255.253', '10.219.255.254'],
])('link %i joins %s and %s', (index, host, machine) => {
  expect(linkOf(index)).toEqual({ index, host, machine, length: 30 });
});

test.each([
  ['192.0.2.0/24', { first: 0xc0000200, length: 24 }],
  ['192.0.2.1', { first: 0xc0000201, length: 32 }],
  ['192.0.2.7/30', { first: 0xc0000204, length: 30 }],
  ['default', undefined],
  ['2001:db8::/32', undefined],
])('%s is read as %o', (text, block) => {
  expect(parseBlock(text)).toEqual(block);
});

const firstIndex = (routes: string[], seed: number) => freeLinks(routes, seed).next().value?.index;

test.each([
  ['nothing in the way', [], 7, 7],
  ['the seed beyond the last', [], LINK_COUNT + 3, 3],
  ['another link', ['10.219.0.28/30'], 7, 8],
  ['a single address of it', ['10.219.0.30'], 7, 8],
  ['a larger network', ['10.219.0.0/24'], 7, 64],
  ['networks elsewhere', ['10.0.0.0/16', '192.168.0.0/16', 'default', '0.0.0.0/0'], 7, 7],
  ['the last one taken', ['10.219.255.252/30'], LINK_COUNT - 1, 0],
  ['everything taken', ['10.0.0.0/8'], 7, undefined],
])('a free link with %s', (_, routes, seed, index) => {
  expect(firstIndex(routes, seed)).toBe(index);
});

test('no link is offered twice', () => {
  const indexes = [...freeLinks([], 5)].map(({ index }) => index);
  expect(new Set(indexes).size).toBe(LINK_COUNT);
});

test.each([
  ['10.219.3.0/24', ['10.219.2.0/24', '10.219.4.0', 'default', '0.0.0.0/0'], true],
  ['10.219.3.1/24', ['10.219.3.8/30'], false],
  ['10.219.3.9/30', ['10.219.3.0/24'], false],
  ['10.219.3.9/30', ['10.219.3.9'], false],
  ['nonsense', [], false],
])('%s beside %o is free: %s', (network, others, answer) => {
  expect(isFree(network, others)).toBe(answer);
});
