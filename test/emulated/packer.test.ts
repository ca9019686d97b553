import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packerCommand } from '../../src/packer/command.ts';
import type { PackerManifest } from '../../src/packer/relay/manifest.ts';
import { type PackerOutcome, runPacker } from '../../src/packer/run-packer.ts';
import { openArchive } from '../machine/archive.ts';
import { treeOfDisk } from '../machine/disk-tree.ts';
import { identityIn } from '../machine/identity.ts';
import { type StartedRelay, shell, startRelay } from '../machine/relay.ts';
import { relaySuite } from '../machine/relay-suite.ts';
import { diskSuite } from '../machine/suite/disk.ts';
import { IS_COMPLETE, stockDisk } from './stock-disk.ts';

/** A computer that runs tests is busy; by default that closes a relay for new addresses. */
const USER_DATA = '#cloud-config\nchatmail:\n  mail_domain: _relay.test\n  max_load_1m: 1000\n';

let folder: string;
let archive: Awaited<ReturnType<typeof openArchive>>;
let manifest: PackerManifest;
let tree: string;
/** What Packer began with. */
let disk: string;
/** The process that has built. */
let builder: number;
const image = () => join(folder, 'packer/qemu/image/chatmail-relay.qcow2');
const userData = () => join(folder, 'user-data');

/**
 * Packer builds from a stock Debian's disk, with little given but where packages come from and how slow this is; in
 * the complete run it finds the disk itself.
 */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packer-qemu-'));
  archive = await openArchive('127.0.0.1');
  await writeFile(join(folder, 'apt.conf'), archive.aptConf);
  await writeFile(userData(), USER_DATA);
  disk = (await stockDisk(folder)).image;
  const options = ['--builder', 'qemu', '--var', 'accelerator=tcg', '--output', join(folder, 'packer')];
  if (!IS_COMPLETE) options.push('--var', `disk=${disk}`);
  const building = execa('node', ['lib/cli.js', 'packer', 'build', '--json', ...options], {
    stderr: 'inherit',
    env: { APT_CONFIG: join(folder, 'apt.conf') },
  });
  builder = building.pid ?? 0;
  const { stdout } = await building;
  manifest = JSON.parse(stdout) as PackerManifest;
  tree = await treeOfDisk(image(), folder);
});
afterAll(async () => {
  archive?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('what Packer has built', () => {
  test('is said by a manifest, as that of an image built here is', async () => {
    const whole = JSON.parse(await readFile(join(folder, 'packer/qemu/manifest.json'), 'utf8'));
    const { stdout } = await execa('sha256sum', [image()]);
    expect(whole).toMatchObject({
      inputs: { packer: { builder: 'qemu' } },
      files: [{ format: 'qcow2', file: 'chatmail-relay.qcow2', sha256: stdout.split(' ')[0] }],
    });
    expect(whole.packages.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['chatmail-relay', 'postfix', 'dovecot-core', 'linux-image-cloud-amd64']),
    );
    expect(manifest.steps.map(({ name }) => name)).toEqual([
      ...['machine', 'wait', 'package', 'self-test', 'seal', 'image'],
    ]);
  });

  test('is small', async () => {
    expect(manifest.files[0]?.size).toBeLessThan(450e6);
  });

  test('holds no identity', async () => {
    expect(await identityIn(tree)).toBe('');
    expect(await readFile(join(tree, 'etc/machine-id'), 'utf8')).toBe('');
  });

  test('knows neither the proxy nor the accounts of the making', async () => {
    const { stdout } = await execa('grep', ['-rlF', '10.0.2.2', join(tree, 'etc')], { reject: false });
    expect(stdout).toBe('');
    expect(await readdir(join(tree, 'home'))).toEqual(['vmail']);
  });

  test('is alone: neither the key nor anything else of the making is left', async () => {
    expect(await readdir(join(folder, 'packer/qemu/image'))).toEqual(['chatmail-relay.qcow2']);
    const temporary = await readdir(tmpdir());
    expect(temporary.filter((name) => name.startsWith(`chatmail-lab-${builder}-`))).toEqual([]);
  });
});

describe('a container with the files of that disk', () => {
  let started: StartedRelay;
  const relay = () => started.relay;
  beforeAll(async () => {
    started = await startRelay(['--backend', 'nspawn', '--image', tree, '--user-data', userData()]);
  });
  afterAll(() => started?.stop());

  test('cloud-init is content', async () => {
    expect(await shell(relay(), 'cloud-init status --wait > /dev/null; cloud-init status')).toBe(
      'status: done',
    );
  });

  relaySuite(relay, { hasDomain: true, isOurImage: false });
});

describe('that disk under QEMU', () => {
  let started: StartedRelay;
  beforeAll(async () => {
    const options = ['--backend', 'qemu', '--disk-size', '6G', '--user-data', userData()];
    started = await startRelay([...options, '--image', image()]);
  });
  afterAll(() => started?.stop());

  diskSuite(() => started.relay, 6);
});

test('an interrupted build leaves no machine and no half disk', async () => {
  const output = join(folder, 'interrupted');
  const from = { disk, disk_checksum: 'none', output_directory: output };
  const machine = { accelerator: 'tcg', seed: folder, ssh_private_key_file: join(folder, 'key') };
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', machine.ssh_private_key_file]);
  const template = join(folder, 'packer/qemu/qemu.pkr.hcl');
  const command = packerCommand({ action: 'build', template, variables: { ...from, ...machine } });
  const controller = new AbortController();
  const running: boolean[] = [];
  const isRunning = async () =>
    (await execa('ps', ['-eo', 'args'])).stdout.includes(`file=${output}/chatmail-relay.qcow2`);
  let outcome: PackerOutcome | undefined;
  const { signal } = controller;
  for await (const event of runPacker(command, { signal, env: { PACKER_CACHE_DIR: folder } })) {
    if (event.type === 'say' && event.text.startsWith('Waiting for SSH')) {
      running.push(await isRunning());
      controller.abort();
    }
    if (event.type === 'end') outcome = event.outcome;
  }
  expect(outcome).toEqual({ status: 'interrupted' });
  expect([...running, await isRunning()]).toEqual([true, false]);
  expect(await readdir(folder)).not.toContain('interrupted');
});
