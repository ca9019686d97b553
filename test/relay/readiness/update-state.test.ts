import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readState } from '../../../src/relay/readiness/state.ts';
import { updateState } from '../../../src/relay/readiness/update-state.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'state-'));
  path = join(folder, 'chatmail', 'state.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const pages = () => join(folder, 'pages');
const update = (news: Parameters<typeof updateState>[0]) => updateState(news, path, pages());
const inode = () => statSync(path).ino;

test('what is new is entered, the rest stays', () => {
  update({ state: 'starting', step: 'one', domain: 'chat.example.org', problems: 'many' });
  update({ step: 'two', problems: undefined });
  expect(readState(path)).toEqual({
    state: 'starting',
    step: 'two',
    domain: 'chat.example.org',
    since: expect.any(Number),
  });
});

test('root alone may read it: everybody has the page, without the details', () => {
  update({
    state: 'error',
    step: 'settings are wrong',
    problems: 'user-data:3:1: error',
    details: 'hunter2',
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, 'utf8')).toContain('hunter2');
  for (const name of readdirSync(pages())) {
    expect(statSync(join(pages(), name)).mode & 0o777).toBe(0o644);
    expect(readFileSync(join(pages(), name), 'utf8')).toContain('user-data:3:1: error');
    expect(readFileSync(join(pages(), name), 'utf8')).not.toContain('hunter2');
  }
});

test('nothing new is not written', () => {
  update({ state: 'ready', step: 'ready' });
  const before = inode();
  update({ state: 'ready', step: 'ready' });
  update({});
  expect(inode()).toBe(before);
  update({ step: 'other' });
  expect(inode()).not.toBe(before);
});

test('there is none before there is one', () => expect(readState(path)).toBeUndefined());

test.each([
  ['nothing', ''],
  ['half of it', '{"state":"rea'],
  ['other JSON', '[1]'],
  ['null', 'null'],
  ['a text', '"ready"'],
])('%s is no state, and the next step writes it again', (_, text) => {
  mkdirSync(join(folder, 'chatmail'));
  writeFileSync(path, text);
  expect(readState(path)).toBeUndefined();
  update({ address: '192.0.2.1' });
  expect(readState(path)).toMatchObject({ state: 'starting', address: '192.0.2.1' });
});

test('a folder in its place is no state, and is moved aside', () => {
  mkdirSync(path, { recursive: true });
  expect(readState(path)).toBeUndefined();
  update({ state: 'ready', step: 'ready' });
  expect(readState(path)).toMatchObject({ state: 'ready' });
});

test('it is one line of JSON', () => {
  update({ state: 'ready', step: 'ready' });
  expect(readFileSync(path, 'utf8')).toMatch(
    /^\{"state":"ready","step":"ready","readyAt":\d+,"since":\d+\}\n$/,
  );
});

test('until the relay is ready its state is the home page', () => {
  update({ state: 'waiting', step: 'waiting' });
  expect(readdirSync(pages()).sort()).toEqual(['index.html', 'setup.html']);
  update({ state: 'ready', step: 'ready' });
  expect(readdirSync(pages()).sort()).toEqual(['link.html', 'setup.html']);
});

test('the page is made anew after a boot, though nothing is new', () => {
  update({ state: 'waiting', step: 'waiting' });
  rmSync(pages(), { recursive: true });
  update({ state: 'waiting', step: 'waiting' });
  expect(readFileSync(join(pages(), 'index.html'), 'utf8')).toContain('waiting');
});

test('the home page leads to the setup page for the first week, whatever else is new', () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
  try {
    const day = 86_400_000;
    update({ state: 'ready', step: 'ready' });
    vi.advanceTimersByTime(6 * day);
    update({ port25: 'open' });
    expect(readFileSync(join(pages(), 'link.html'), 'utf8')).toContain('href="/setup"');
    vi.advanceTimersByTime(day);
    update({});
    expect(readdirSync(pages())).toEqual(['setup.html']);
    const before = inode();
    update({});
    expect(inode()).toBe(before);
  } finally {
    vi.useRealTimers();
  }
});
