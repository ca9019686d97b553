import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEBIAN_12 } from '../../src/cloud-init/text-parts.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'debian-12-'));
  await mkdir(join(folder, 'bin'));
  await mkdir(join(folder, 'work'));
  // The page is served for real in test/machine/stock.test.ts.
  await writeFile(join(folder, 'bin/systemd-run'), '#!/bin/sh\necho "$@" >"$OUT"\n');
  await chmod(join(folder, 'bin/systemd-run'), 0o755);
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs the beginning of a text on a system that calls itself so. */
const startOn = async (release: string) => {
  await writeFile(join(folder, 'os-release'), release);
  const script = `mount --bind "$1" /usr/lib/os-release; cd "$2"; ${DEBIAN_12}\necho goes on`;
  const args = [join(folder, 'os-release'), join(folder, 'work')];
  const env = { PATH: `${folder}/bin:${process.env.PATH}`, OUT: join(folder, 'served') };
  const { exitCode, stdout } = await execa('unshare', ['--mount', 'sh', '-c', script, 'sh', ...args], {
    env,
    reject: false,
  });
  return { exitCode, stdout };
};

test.each([
  ['Debian GNU/Linux 11 (bullseye)', 'debian', '11'],
  ['Debian GNU/Linux 13 (trixie)', 'debian', '13'],
  ['Ubuntu 22.04.5 LTS', 'ubuntu', '22.04'],
  ['Ubuntu 24.04 LTS', 'ubuntu', '24.04'],
  ['Debian GNU/Linux trixie/sid', 'debian', undefined],
  ['AlmaLinux 9.4', 'almalinux', '9.4'],
  ['Linux Mint 12', 'linuxmint', '12'],
])('on %s the text stops, and says so on the console and on a page', async (name, id, version) => {
  const lines = [`PRETTY_NAME="${name}"`, `ID=${id}`, ...(version ? [`VERSION_ID="${version}"`] : [])];
  const { exitCode, stdout } = await startOn(`${lines.join('\n')}\n`);
  const message = `chatmail: this is ${name}, a relay needs Debian 12. Create the machine again with Debian 12.`;
  expect([exitCode, stdout]).toEqual([1, message]);
  expect(await readFile(join(folder, 'work/index.html'), 'utf8')).toContain(message);
  expect(await readFile(join(folder, 'served'), 'utf8')).toContain('python3 -m http.server 80');
});

test('on Debian 12 it goes on', async () => {
  const { exitCode, stdout } = await startOn('PRETTY_NAME="Debian 12"\nID=debian\nVERSION_ID="12"\n');
  expect([exitCode, stdout]).toEqual([0, 'goes on']);
});
