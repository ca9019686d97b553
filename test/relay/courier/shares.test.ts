import { expect, test } from 'vitest';
import { Shares } from '../../../src/relay/courier/shares.ts';

const at = () => {
  const clock = { now: 0 };
  return { clock, shares: new Shares(() => clock.now) };
};
/** Takes places until there are none. */
const takeAll = (shares: Shares, domain: string) => {
  const places: ((isAnswered?: boolean) => void)[] = [];
  for (let place = shares.take(domain); place; place = shares.take(domain)) places.push(place);
  return places;
};

test('silent hosts, however many, leave a place for the next one', () => {
  const { shares } = at();
  expect(['a', 'b', 'c', 'd'].map((domain) => takeAll(shares, domain).length)).toEqual([25, 13, 6, 3]);
  expect(shares.take('e')).toBeDefined();
});

test('one destination by itself has half of the places, and gets them back', () => {
  const { shares } = at();
  for (const give of takeAll(shares, 'a')) give(true);
  const places = takeAll(shares, 'a');
  expect(places).toHaveLength(25);
  for (const give of places) {
    give(true);
    give(true); // once is enough
  }
  expect(takeAll(shares, 'a')).toHaveLength(25);
});

test('who was silent is tried by one message at a time, until it answers or a minute is over', () => {
  const { clock, shares } = at();
  const silent = shares.take('a');
  clock.now = 6000;
  silent?.(false);
  const [next, ...more] = takeAll(shares, 'a');
  expect(more).toEqual([]);
  next?.(true);
  expect(takeAll(shares, 'a')).toHaveLength(25);
  const again = shares.take('b');
  clock.now = 12_000;
  again?.(false);
  expect(takeAll(shares, 'b')).toHaveLength(1);
  clock.now = 72_000;
  expect(takeAll(shares, 'b').length).toBeGreaterThan(1);
});

test('who fails at once, or is left alone by Postfix, is not taken for silent', () => {
  const { clock, shares } = at();
  shares.take('a')?.(false);
  const left = shares.take('a');
  clock.now = 60_000;
  left?.();
  expect(takeAll(shares, 'a')).toHaveLength(25);
});
