import { watch } from 'node:fs';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { main } from '../../src/cli.ts';
import { readChoices } from '../../src/commands/packer/choices.ts';
import { inFolder } from '../cli-in-folder.ts';

describe('the arguments', () => {
  test.each([
    [undefined, [], [], { action: 'write', count: 15 }],
    ['validate', ['hcloud,qemu'], ['a=b=c', 'd='], { action: 'validate', count: 2 }],
    ['build', ['hcloud'], [], { action: 'build', count: 1 }],
  ] as const)('%s %o %o', (action, names, vars, { action: chosen, count }) => {
    const choices = readChoices(action, names, vars);
    expect(choices).toMatchObject({ action: chosen });
    expect('builders' in choices && choices.builders).toHaveLength(count);
  });

  test.each([
    ['wrote', [], [], 'unknown action `wrote`', 'actions are write, validate, build'],
    [undefined, ['hclod'], [], 'unknown builder `hclod`', 'did you mean `hcloud`?'],
    ['build', [], [], 'name at least one builder', expect.stringContaining('--builder')],
    ['write', [], ['a'], '`a` has no value', 'write --var NAME=VALUE'],
  ])('wrong: %s %o %o', (action, names, vars, message, hint) => {
    expect(readChoices(action, names, vars)).toEqual({ message, hint });
  });

  test('a value may hold what a value of a setting may', () => {
    expect(readChoices('write', [], ['a=b=c d', 'e='])).toMatchObject({ variables: { a: 'b=c d', e: '' } });
  });
});

let folder: Awaited<ReturnType<typeof inFolder>>;
beforeEach(async () => {
  folder = await inFolder({ 'relay.deb': 'a package', 'extras.deb': 'another' });
});
afterEach(() => folder.remove());

const PACKAGES = ['--relay-package', 'relay.deb', '--extras-package', 'extras.deb'];

const run = async (env: Readonly<Record<string, string>>, ...args: string[]) => {
  let stdout = '';
  let stderr = '';
  const status = await main(['packer', ...args, ...PACKAGES], {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env,
    cwd: folder.cwd,
    signal: new AbortController().signal,
  });
  return { status, stdout, stderr };
};

const PATH = process.env.PATH ?? '';

test('writes what was asked for, and the same again', async () => {
  const written = { status: 0, stdout: 'out/hcloud/hcloud.pkr.hcl\nout/qemu/qemu.pkr.hcl\n', stderr: '' };
  const args = ['--builder', 'qemu', '--builder', 'hcloud', '--output', 'out'];
  const first = await run({}, ...args);
  expect({ ...first, stdout: first.stdout.split('\n').sort().join('\n').trim() }).toEqual({
    ...written,
    stdout: written.stdout.trim(),
  });
  expect((await readdir(join(folder.cwd, 'out'))).sort()).toEqual([
    ...['.chatmail-image.json', 'chatmail-relay-extras.deb', 'chatmail-relay.deb', 'chatmail.yaml'],
    ...['hcloud', 'provision', 'qemu'],
  ]);
  expect((await run({}, ...args)).status).toBe(0);
});

test('does not overwrite what was edited, unless it is told to', async () => {
  const args = ['--builder', 'hcloud', '--output', 'out'];
  await run({}, ...args);
  await writeFile(join(folder.cwd, 'out/hcloud/hcloud.pkr.hcl'), '# mine\n');
  const refused = await run({}, ...args, '--set', 'mail_domain=relay.example.net');
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('out/hcloud/hcloud.pkr.hcl would be overwritten');
  expect(await folder.read('out/hcloud/hcloud.pkr.hcl')).toBe('# mine\n');
  expect(await folder.read('out/chatmail.yaml')).not.toMatch(/^mail_domain/m);
  expect((await run({}, ...args, '--force')).status).toBe(0);
  expect(await folder.read('out/hcloud/hcloud.pkr.hcl')).toContain('source "hcloud" "relay"');
});

test('hostile settings are in the file that is uploaded, and in no template', async () => {
  const hostile = `"; \${var.token} %{if} '$(id)' \`id\` {{ .Vars }} ü`;
  const { status } = await run(
    {},
    '--builder',
    'hcloud',
    '--output',
    'out',
    '--set',
    `privacy_postal=${hostile}`,
  );
  expect(status).toBe(0);
  const { parse } = await import('yaml');
  expect(parse(await folder.read('out/chatmail.yaml')).privacy_postal).toBe(hostile);
  expect(await folder.read('out/hcloud/hcloud.pkr.hcl')).not.toContain('$(id)');
});

test('a wrong setting is refused with its place', async () => {
  const { status, stderr } = await run({}, '--output', 'out', '--set', 'mail_domain=not a domain');
  expect(status).toBe(1);
  expect(stderr).toContain('not a domain');
  await expect(readdir(join(folder.cwd, 'out'))).rejects.toThrow('ENOENT');
});

test('validate says which Packer, what is valid and what is missing', async () => {
  const { status, stdout, stderr } = await run(
    { PATH, DIGITALOCEAN_TOKEN: 'secret' },
    'validate',
    '--builder',
    'hcloud,digitalocean,vultr',
  );
  expect(status).toBe(1);
  expect(stdout).toBe('digitalocean: valid\n');
  expect(stderr).toMatch(/^Packer \d+\.\d+\.\d+$/m);
  expect(stderr).toContain(
    'error: hcloud: Set HCLOUD_TOKEN in the environment to the API token of the project.',
  );
  expect(stderr).toContain(
    'vultr: Packer 1.6.6 cannot use the plugin github.com/vultr/vultr: it needs 1.7.0 or later',
  );
});

/** A Packer that is only a version, and what it prints. */
const putPacker = async (version: string, ...lines: string[]) => {
  await mkdir(join(folder.cwd, 'bin'));
  const said = lines.map((line) => `echo '${line}'\n`).join('');
  const program = `#!/bin/sh\nif [ "$1" = version ]; then echo 'Packer v${version}'; exit; fi\n${said}exit 1\n`;
  await writeFile(join(folder.cwd, 'bin/packer'), program);
  await chmod(join(folder.cwd, 'bin/packer'), 0o755);
  return { PATH: `${folder.cwd}/bin:${PATH}` };
};

test("before 1.14 it cannot get HashiCorp's plugins, and others it can", async () => {
  const env = await putPacker('1.9.4', '1,,ui,error,Error: server type cx22 not found');
  const { stderr } = await run(env, 'validate', '--builder', 'amazon-ebs,hcloud');
  expect(stderr).toContain(
    'amazon-ebs: Packer 1.9.4 cannot use the plugin github.com/hashicorp/amazon: it needs 1.14.0 or later',
  );
  expect(stderr).not.toContain('hcloud: Packer');
  expect(await run(env, 'build', '--builder', 'amazon-ebs')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('it needs 1.14.0 or later'),
  });
});

test('what a cloud no longer has is explained by the commands that list what it has', async () => {
  const env = await putPacker('1.15.1', '1,hcloud.relay,error,server type cx22 not found');
  const { status, stderr } = await run(env, 'build', '--builder', 'hcloud');
  expect(status).toBe(1);
  expect(stderr).toContain('error: the cloud does not offer it: server type cx22 not found');
  expect(stderr).toContain('--var server_type=NAME, one of: hcloud server-type list');
  expect(stderr).toContain('--var image=NAME, one of: hcloud image list --type system');
});

test('without Packer it says how to get one', async () => {
  const { status, stderr } = await run({ PATH: '/nonexistent' }, 'validate', '--builder', 'hcloud');
  expect(status).toBe(1);
  expect(stderr).toContain('there is no packer on the PATH');
  expect(stderr).toContain('apt-get install packer');
});

test('a build follows Packer to the manifest', async () => {
  // A template of the operator's own, which is kept: it makes a file where the others make a machine.
  const args = ['--builder', 'hcloud', '--output', 'out'];
  await run({}, ...args);
  await mkdir(join(folder.cwd, 'scripts'));
  await writeFile(join(folder.cwd, 'scripts/install.sh'), '#!/bin/sh\necho installed\n');
  await chmod(join(folder.cwd, 'scripts/install.sh'), 0o755);
  await writeFile(
    join(folder.cwd, 'out/hcloud/hcloud.pkr.hcl'),
    `source "file" "relay" {
  content = "a disk"
  target  = "${folder.cwd}/relay.qcow2"
}

build {
  sources = ["source.file.relay"]

  provisioner "shell-local" {
    inline = ["printf 'Package: nginx\\nStatus: install ok installed\\nVersion: 1\\nInstalled-Size: 5\\n' > ${folder.cwd}/out/hcloud/dpkg-status"]
  }
}
`,
  );
  const { status, stdout, stderr } = await run({ PATH }, 'build', ...args);
  expect(stderr).toContain('as edited: hcloud/hcloud.pkr.hcl');
  expect(stderr).toContain('1 packages; built in');
  expect(status).toBe(0);
  const path = join(folder.cwd, 'out/hcloud/manifest.json');
  expect(stdout).toBe(`${join(folder.cwd, 'relay.qcow2')}\n${path}\n`);
  expect(JSON.parse(await folder.read('out/hcloud/manifest.json'))).toMatchObject({
    inputs: {
      packer: { builder: 'hcloud' },
      relayPackage: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      extrasPackage: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    },
    files: [{ format: 'qcow2', file: 'relay.qcow2', size: 6 }],
    packages: [{ name: 'nginx', version: '1', size: 5 }],
    steps: [{ name: 'machine' }],
  });
});

test('an interrupt stops Packer, which cleans up, and ends with 130', async () => {
  await run({}, '--builder', 'hcloud', '--output', 'out');
  await writeFile(
    join(folder.cwd, 'out/hcloud/hcloud.pkr.hcl'),
    `source "null" "relay" {
  communicator = "none"
}

build {
  sources = ["source.null.relay"]

  provisioner "shell-local" {
    inline = ["touch ${folder.cwd}/begun", "exec sleep 600"]
  }
}
`,
  );
  const controller = new AbortController();
  const watcher = watch(folder.cwd, (_, name) => {
    if (name === 'begun') controller.abort();
  });
  let stderr = '';
  const args = ['build', '--builder', 'hcloud', '--output', 'out', ...PACKAGES];
  const status = await main(['packer', ...args], {
    stdout: { write: () => true },
    stderr: { write: (text) => (stderr += text) },
    env: { PATH },
    cwd: folder.cwd,
    signal: controller.signal,
  });
  watcher.close();
  expect(status).toBe(130);
  expect(stderr).toContain('stopping: Packer removes what it has made');
  expect(stderr).toContain('machine: failed');
});
