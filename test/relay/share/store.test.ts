import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readStore } from '../../../src/relay/share/store.ts';
import { VERSION } from '../../../src/version.ts';
import { makeStore, type TestStore } from './packages.ts';

let store: TestStore;
let good: Buffer;
beforeAll(async () => {
  store = await makeStore();
  good = readFileSync(store.relay);
});
afterAll(() => rmSync(store.folder, { recursive: true }));
beforeEach(() => {
  rmSync(store.relay, { recursive: true, force: true });
  writeFileSync(store.relay, good);
});

test('both packages, byte for byte', () => {
  const found = readStore(VERSION, store);
  const sums = execFileSync('sha256sum', [store.relay, store.extras], { encoding: 'utf8' });
  expect(sums.match(/^\w+/gm)).toEqual(found.map(({ sha256 }) => sha256));
  expect(found.map(({ name }) => name)).toEqual([
    `chatmail-relay_${VERSION}_all.deb`,
    `chatmail-relay-extras_${VERSION}_all.deb`,
  ]);
  expect(found.map(({ content }) => content)).toEqual([good, readFileSync(store.extras)]);
});

test('another version than that of this program is not in it', () => {
  expect(() => readStore('9.9.9', store)).toThrow(/chatmail-relay_9\.9\.9_all\.deb is missing$/);
});

const damage = (at: number) => () => {
  const bytes = Buffer.from(good);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(store.relay, bytes);
};
const anew = (make: () => void) => () => {
  rmSync(store.relay);
  make();
};
test.each<[string, RegExp, () => void]>([
  ['missing', /is missing$/, () => rmSync(store.relay)],
  ['empty', /is damaged$/, () => writeFileSync(store.relay, '')],
  ['cut short', /is damaged$/, () => truncateSync(store.relay, good.length - 100)],
  ['one bit of its files', /is damaged$/, () => damage(good.length - 30_000)()],
  ['one bit of its beginning', /is damaged$/, damage(2)],
  ['HTML of a proxy', /is damaged$/, () => writeFileSync(store.relay, '<!doctype html>'.repeat(9999))],
  [
    'the other package',
    /is not the package that is installed$/,
    () => copyFileSync(store.extras, store.relay),
  ],
  ['a link', /is not a regular file|ELOOP/, anew(() => symlinkSync(store.extras, store.relay))],
  ['a folder', /is not a regular file$/, anew(() => mkdirSync(store.relay))],
  ['a FIFO', /is not a regular file$/, anew(() => execFileSync('mkfifo', [store.relay]))],
  ['endless', /is larger than \d+ bytes$/, () => truncateSync(store.relay, 2 ** 34)],
])('a package that is %s is not offered', (_, reason, spoil) => {
  spoil();
  expect(() => readStore(VERSION, store)).toThrow(reason);
});

test('a package of the same version that is not the installed one is not offered', () => {
  writeFileSync(
    `${store.dpkg}/chatmail-relay.md5sums`,
    `${readFileSync(`${store.dpkg}/chatmail-relay.md5sums`)}\n`,
  );
  expect(() => readStore(VERSION, store)).toThrow(/chatmail-relay_\S+ is not the package that is installed$/);
});
