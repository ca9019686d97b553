import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { replaceFile } from '../../../src/relay/lib/replace-file.ts';
import { type PublicFile, publish, withdraw } from '../../../src/relay/share/publish.ts';

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'publish-'));
  folder = join(parent, 'start');
});
afterEach(() => rmSync(parent, { recursive: true }));

const file = (name: string, text: string): PublicFile => ({ name, content: Buffer.from(text) });
/** A package, and a page that refers to it. */
const release = (name: string, text: string) =>
  [[file(name, text)], [file('index.html', `${name} ${text}`), file('link.html', 'link')]] as const;
const shown = () =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

test('what is to be published is there for all to read, and nothing else is', () => {
  const umask = process.umask(0o077);
  try {
    publish(folder, ...release('one.deb', '1'));
  } finally {
    process.umask(umask);
  }
  expect(shown()).toEqual({ 'one.deb': '1', 'index.html': 'one.deb 1', 'link.html': 'link' });
  expect(statSync(folder).mode & 0o777).toBe(0o755);
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o644);
});

test('what is not to be there goes, and a link is replaced, not followed', () => {
  publish(folder, ...release('one.deb', '1'));
  const secret = join(parent, 'secret');
  writeFileSync(secret, 'secret');
  rmSync(join(folder, 'index.html'));
  symlinkSync(secret, join(folder, 'index.html'));
  symlinkSync(secret, join(folder, 'other.deb'));
  writeFileSync(join(folder, 'one.deb.a1b2c3.new'), 'of a run that was killed');
  publish(folder, ...release('one.deb', '1'));
  expect(Object.keys(shown()).sort()).toEqual(['index.html', 'link.html', 'one.deb']);
  expect(shown()['index.html']).toBe('one.deb 1');
  expect(readFileSync(secret, 'utf8')).toBe('secret');
});

test('what is there already is not written again', () => {
  publish(folder, ...release('one.deb', '1'));
  const written: string[] = [];
  publish(folder, ...release('one.deb', '1'), (path) => written.push(path));
  expect(written).toEqual([]);
});

/** The page, if there is one, refers to a package that is there. */
const expectWhole = () => {
  if (!existsSync(join(folder, 'index.html'))) return;
  const [name = '', text] = readFileSync(join(folder, 'index.html'), 'utf8').split(' ');
  expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
};

test.each([
  ['a new version', release('two.deb', '2')],
  ['other bytes under the same name', release('one.deb', '2')],
])('cut off at any point, %s has no page that refers to what is not there', (_, next) => {
  for (let steps = 0; steps < 4; steps++) {
    withdraw(folder);
    publish(folder, ...release('one.deb', '1'));
    let left = steps;
    const cut = (path: string, content: Uint8Array) => {
      expectWhole();
      if (left-- === 0) throw new Error('killed');
      replaceFile(path, content);
      expectWhole();
    };
    try {
      publish(folder, ...next, cut);
    } catch (error) {
      expect(String(error)).toBe('Error: killed');
    }
    expectWhole();
    publish(folder, ...next);
    expect(Object.keys(shown()).sort()).toEqual(['index.html', 'link.html', next[0][0]?.name].sort());
  }
});

test('what is withdrawn is gone, also where there was nothing', () => {
  publish(folder, ...release('one.deb', '1'));
  withdraw(folder);
  withdraw(folder);
  expect(existsSync(folder)).toBe(false);
});
