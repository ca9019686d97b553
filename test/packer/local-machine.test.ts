import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type LocalBuild, openLocalMachine } from '../../src/packer/relay/local-machine.ts';
import { inFolder } from '../cli-in-folder.ts';

const MANIFEST = JSON.stringify({
  files: [
    { format: 'tar', file: 'debian-bare.tar', sha256: 'aa' },
    { format: 'qcow2', file: 'debian-bare.qcow2', sha256: 'bb' },
  ],
});
/** What sha256sum says of `a disk`. */
const OF_THE_DISK = 'sha256:d614d695eb483126af8a5376433956a60f472ea41b5147893a461e1823006387';

let folder: Awaited<ReturnType<typeof inFolder>>;
beforeEach(async () => {
  folder = await inFolder({ 'manifest.json': MANIFEST, 'disk.qcow2': 'a disk', 'apt.conf': '' });
});
afterEach(() => folder.remove());

const open = ({ variables = {}, env = {} }: Partial<LocalBuild> = {}) =>
  openLocalMachine({
    variables,
    env: { APT_CONFIG: join(folder.cwd, 'apt.conf'), ...env },
    cwd: folder.cwd,
    bare: folder.cwd,
    signal: new AbortController().signal,
  });

const KEY = { seed: '/s', ssh_private_key_file: '/k' };

test.each<[string, Partial<LocalBuild>, object]>([
  ['nothing', { variables: KEY }, { disk: 'CWD/debian-bare.qcow2', disk_checksum: 'sha256:bb' }],
  ['a disk', { variables: { ...KEY, disk: 'disk.qcow2' } }, { disk_checksum: OF_THE_DISK }],
  [
    'a disk in the environment',
    { variables: KEY, env: { RELAY_DISK: 'disk.qcow2' } },
    { disk_checksum: OF_THE_DISK },
  ],
  ['a disk and its checksum', { variables: { ...KEY, disk: 'disk.qcow2', disk_checksum: 'none' } }, {}],
  ['a URL', { variables: { ...KEY, disk: 'https://debian.test/disk.qcow2' } }, {}],
  [
    'a key alone, which only its owner has a seed for',
    { variables: { disk: 'disk.qcow2', disk_checksum: 'none' }, env: { RELAY_SSH_KEY: '/k' } },
    {},
  ],
])('given: %s', async (_, build, variables) => {
  const machine = await open(build);
  const text = JSON.stringify(machine.variables).replaceAll(folder.cwd, 'CWD');
  expect(JSON.parse(text)).toEqual(variables);
  await machine.remove();
});

test('without a bare disk, the disk is left to Packer to ask for', async () => {
  await rename(join(folder.cwd, 'manifest.json'), join(folder.cwd, 'other.json'));
  const machine = await open({ variables: KEY });
  expect(machine.variables).toEqual({});
  await machine.remove();
});

test.each([
  ['', undefined],
  ['http://127.0.0.1:3142', 'http://10.0.2.2:3142'],
  ['http://localhost:3142/', 'http://10.0.2.2:3142/'],
  ['http://proxy.test:3128', 'http://proxy.test:3128'],
  ['DIRECT', undefined],
])('the seed lets its key in as root, and has the proxy %j of apt here as %j', async (here, there) => {
  const conf = join(folder.cwd, 'proxy.conf');
  if (here !== '') await writeFile(conf, `Acquire::http::Proxy "${here}";\n`);
  const machine = await open(here === '' ? {} : { env: { APT_CONFIG: conf } });
  const { seed = '', ssh_private_key_file: key = '' } = machine.variables;
  const userData = await readFile(join(seed, 'user-data'), 'utf8');
  expect(userData).toMatch(/^#cloud-config\n/);
  expect(parse(userData)).toEqual({
    disable_root: false,
    users: [],
    ssh_genkeytypes: ['ed25519'],
    ...(there === undefined ? {} : { apt: { http_proxy: there } }),
  });
  const metaData = parse(await readFile(join(seed, 'meta-data'), 'utf8')) as Record<string, string[]>;
  const { stdout } = await execa('ssh-keygen', ['-y', '-f', key]);
  expect(metaData['public-keys']?.[0]).toContain(stdout.split(' ').slice(0, 2).join(' '));
  expect((await stat(dirname(key))).mode & 0o777).toBe(0o700);
  expect(await readdir(seed)).not.toContain('ssh-key');
  await machine.remove();
  expect(await readdir(tmpdir())).not.toContain(machine.variables.seed?.split('/').at(-2));
});
