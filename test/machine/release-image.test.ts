import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { VERSION } from '../../src/version.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-image-'));
  await execa('node', ['lib/cli.js', 'release', '--format', 'tar', '-o', join(folder, 'release')]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Component {
  readonly name: string;
  readonly version: string;
  readonly licenses?: unknown[];
  readonly properties?: { readonly value: string }[];
}

test('the bill of materials has all packages of the image, most with their licences', async () => {
  const { components } = JSON.parse(await readFile(join(folder, 'release/sbom.cdx.json'), 'utf8')) as {
    components: Component[];
  };
  const names = components.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['postfix', 'libssl3', 'chatmail-relay', `chatmail-relay-${VERSION}.tar`]),
  );
  const libssl = components.find(({ name }) => name === 'libssl3');
  expect(libssl?.version).toMatch(/^3\./);
  expect(libssl?.properties?.[0]?.value).toBe('openssl');
  const licensed = components.filter(({ licenses = [] }) => licenses.length > 0);
  expect(licensed.length).toBeGreaterThan(components.length / 2);
});

test('made again elsewhere, later and under another umask, all of it is the same', async () => {
  const verify = [
    'sh',
    '-c',
    `umask 077; exec node "$PWD/lib/cli.js" release --verify ${join(folder, 'release')}`,
  ];
  const [program = '', ...args] = verify;
  const { exitCode, all } = await execa(program, args, { reject: false, all: true });
  expect([exitCode, all]).toEqual([0, expect.stringContaining('the same, made again')]);
});
