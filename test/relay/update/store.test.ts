import { describe, expect, test } from 'vitest';
import { type Store, settling, versionOf } from '../../../src/relay/update/store.ts';

const relay = (version: string) => `chatmail-relay_${version}_all.deb`;
const both = (version: string) => [`chatmail-relay-extras_${version}_all.deb`, relay(version)];

test.each([
  ['chatmail-relay_0.1.0_all.deb', '0.1.0'],
  ['chatmail-relay-extras_0.2.0~rc1_all.deb', '0.2.0~rc1'],
  ['chatmail-relay_0.1.0_all.deb.a1b2.new', undefined],
  ['postfix_3.7.11-0+deb12u1_amd64.deb', undefined],
  ['chatmail-relay_../../x_all.deb', undefined],
])('%s is version %s', (name, version) => expect(versionOf(name)).toBe(version));

/** The store after so many of the steps. */
const after = (store: Store, installed: string, steps = Number.POSITIVE_INFINITY): Store => {
  const folders = { current: [...store.current], previous: [...store.previous], next: [...store.next] };
  for (const { name, from, to } of settling(store, installed).slice(0, steps)) {
    folders[from] = folders[from].filter((other) => other !== name);
    if (to) folders[to] = [...folders[to].filter((other) => other !== name), name];
  }
  for (const names of Object.values(folders)) names.sort();
  return folders;
};

const CASES: readonly [string, Store, string, Pick<Store, 'current' | 'previous'>][] = [
  [
    'an update that works',
    { current: both('1'), previous: both('0'), next: both('2') },
    '2',
    { current: both('2'), previous: both('1') },
  ],
  [
    'the first update',
    { current: both('1'), previous: [], next: both('2') },
    '2',
    { current: both('2'), previous: both('1') },
  ],
  [
    'an update that was undone',
    { current: both('1'), previous: both('0'), next: both('2') },
    '1',
    { current: both('1'), previous: both('0') },
  ],
  [
    'the way back',
    { current: both('2'), previous: both('1'), next: both('1') },
    '1',
    { current: both('1'), previous: both('2') },
  ],
  [
    'the way back without copies of what is installed',
    { current: both('2'), previous: both('1'), next: [] },
    '1',
    { current: both('1'), previous: both('2') },
  ],
  [
    'a relay from the pasted text',
    { current: [], previous: [], next: both('2') },
    '2',
    { current: both('2'), previous: [] },
  ],
];

describe.each(CASES)('%s', (_, store, installed, wanted) => {
  test('ends with the installed packages and those before', () =>
    expect(after(store, installed)).toMatchObject(wanted));

  const steps = settling(store, installed).length;
  test.each(Array.from({ length: steps }, (_, i) => i))('also when cut short after step %i', (cut) =>
    expect(after(after(store, installed, cut), installed)).toMatchObject(wanted),
  );
});

test('what is in its place stays there', () =>
  expect(settling({ current: both('1'), previous: both('0'), next: [] }, '1')).toEqual([]));
