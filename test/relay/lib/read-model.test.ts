import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readModel, whenModel } from '../../../src/relay/lib/read-model.ts';
import { relayModel } from '../temp-mail.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'model-'));
  path = join(folder, 'relay.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const GOOD = JSON.stringify(relayModel());

test('a model is read back', () => {
  writeFileSync(path, GOOD);
  expect(JSON.stringify(readModel(path))).toBe(GOOD);
});

const DAMAGES: readonly (readonly [string, () => unknown])[] = [
  ['nothing', () => {}],
  ['an empty file', () => writeFileSync(path, '')],
  ['half of it', () => writeFileSync(path, GOOD.slice(0, 100))],
  ['garbage', () => writeFileSync(path, Buffer.alloc(4096, 0xa5))],
  ['other JSON', () => writeFileSync(path, '[]')],
  ['null', () => writeFileSync(path, 'null')],
  ['a folder', () => mkdirSync(path)],
  ['a link', () => symlinkSync(path, path)],
];

test.each(DAMAGES)('%s is named', (_, damage) => {
  damage();
  expect(() => readModel(path)).toThrow(path);
});

test('a service says once that it is damaged, and waits for a good one', async () => {
  const lines: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  writeFileSync(path, GOOD.slice(0, 100));
  const waiting = whenModel(path, 1);
  while (lines.length === 0) await new Promise(setImmediate);
  writeFileSync(path, GOOD);
  expect((await waiting).domain).toBe('chat.example');
  expect(lines).toEqual([`<3>${path} is missing or damaged: run \`chatmail configure\`\n`]);
});
