import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUILDERS } from '../../src/packer/relay/builders.ts';
import { packerFiles, templatePath } from '../../src/packer/relay/files.ts';
import { GUEST_SCRIPTS } from '../../src/packer/relay/guest-scripts.ts';
import { relayTemplate } from '../../src/packer/relay/template.ts';
import { inFolder } from '../cli-in-folder.ts';

const files = packerFiles(BUILDERS);

/** Values that stand for what only an operator has. */
const ENV = {
  CHECKPOINT_DISABLE: '1',
  PATH: process.env.PATH ?? '',
  HCLOUD_TOKEN: 'x',
  DIGITALOCEAN_TOKEN: 'x',
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'x',
  GOOGLE_CLOUD_PROJECT: 'x',
  ARM_SUBSCRIPTION_ID: 'x',
  ARM_TENANT_ID: 'x',
  ARM_CLIENT_ID: 'x',
  ARM_CLIENT_SECRET: 'x',
  ARM_RESOURCE_GROUP: 'x',
  SCW_DEFAULT_PROJECT_ID: 'x',
  SCW_ACCESS_KEY: 'SCWXXXXXXXXXXXXXXXXX',
  SCW_SECRET_KEY: '11111111-1111-1111-1111-111111111111',
  PROXMOX_URL: 'https://proxmox.test:8006/api2/json',
  PROXMOX_USERNAME: 'root@pam',
  PROXMOX_PASSWORD: 'x',
  PROXMOX_NODE: 'x',
  PROXMOX_CLONE_VM: 'x',
  HOME: '/nonexistent',
  RELAY_DISK: 'disk.qcow2',
  RELAY_DISK_CHECKSUM: `sha256:${'0'.repeat(64)}`,
  RELAY_SEED: 'seed',
  RELAY_SSH_KEY: 'key',
  OS_USERNAME: 'x',
  OS_PASSWORD: 'x',
  OS_TENANT_ID: 'x',
  OS_REGION_NAME: 'x',
  OCI_TENANCY_OCID: 'x',
  OCI_USER_OCID: 'x',
  OCI_FINGERPRINT: 'x',
  OCI_KEY_FILE: 'key',
  OCI_AVAILABILITY_DOMAIN: 'x',
  OCI_COMPARTMENT_OCID: 'x',
  OCI_SUBNET_OCID: 'x',
  OCI_BASE_IMAGE_OCID: 'x',
};

let folder: Awaited<ReturnType<typeof inFolder>>;
const packer = (args: readonly string[], env: Readonly<Record<string, string>> = ENV) =>
  execa('packer', args, {
    cwd: folder.cwd,
    reject: false,
    all: true,
    stdin: 'ignore',
    env,
    extendEnv: false,
  });

beforeAll(async () => {
  folder = await inFolder({
    'chatmail-relay.deb': '',
    'chatmail-relay-extras.deb': '',
    'chatmail.yaml': '',
    'disk.qcow2': '',
  });
  await execa('openssl', ['genrsa', '-traditional', '-out', join(folder.cwd, 'key'), '2048']);
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder.cwd, path)), { recursive: true });
    await writeFile(join(folder.cwd, path), text);
  }
});
afterAll(() => folder.remove());

/** Debian's Packer has taken these builders out. */
const TAKEN_OUT = ['vultr', 'linode', 'upcloud', 'exoscale', 'incus'];
/** It has no SCSI drive for cloud-init. */
const NOT_IN_DEBIAN = [...TAKEN_OUT.slice(0, -1), 'proxmox-clone', ...TAKEN_OUT.slice(-1)];
/** What needs more than a template: openstack asks the cloud when it is validated. */
const ASKS_THE_CLOUD = ['openstack'];

test('which builders there are', () => {
  expect(BUILDERS.map(({ type }) => type)).toEqual([
    ...['qemu', 'hcloud', 'amazon-ebs', 'digitalocean', 'googlecompute', 'azure-arm', 'openstack', 'vultr'],
    ...['linode', 'scaleway', 'upcloud', 'exoscale', 'oracle-oci', 'proxmox-clone', 'incus'],
  ]);
  expect(BUILDERS.filter(({ isInDebian }) => !isInDebian).map(({ type }) => type)).toEqual(NOT_IN_DEBIAN);
});

describe.each(BUILDERS)('$type', (builder) => {
  const { type } = builder;
  const text = files.get(templatePath(type)) ?? '';

  test('is formatted as `packer fmt` would', async () => {
    const results = await Promise.all(
      [templatePath(type), `${type}/plugins.pkr.hcl`].map((path) => packer(['fmt', '-check', '-diff', path])),
    );
    expect(results.map(({ all, exitCode }) => [exitCode, all])).toEqual([
      [0, ''],
      [0, ''],
    ]);
  });

  test("is what Debian's Packer takes, or does not know", async () => {
    const { exitCode, all } = await packer(['validate', templatePath(type)]);
    if (TAKEN_OUT.includes(type)) expect(all).toContain(`Unknown source type ${type}`);
    else if (type === 'proxmox-clone') expect(all).toContain('An argument named "cloud_init_disk_type"');
    else if (ASKS_THE_CLOUD.includes(type)) expect(all).toMatch(/dial tcp|identity|lookup/);
    else expect({ exitCode, all }).toEqual({ exitCode: 0, all: '' });
  });

  test('has a description for each variable, and a rule for each that comes from the environment', () => {
    for (const [name, variable] of Object.entries(relayTemplate(builder).variables ?? {})) {
      expect(variable.description, name).toMatch(/^\S.*\.$/);
      if (text.includes(`variable "${name}"`) && JSON.stringify(variable.default) === '{}')
        expect(variable.validation?.condition, name).toBe(`length(var.${name}) > 0`);
    }
  });

  test('takes one major version of its plugin, with a Packer that can get it', () => {
    const plugins = files.get(`${type}/plugins.pkr.hcl`) ?? '';
    const [, from = '', below = ''] = /version = ">= (\d+)\.\d+\.\d+, < (\d+)\.0\.0"/.exec(plugins) ?? [];
    expect(Number(below)).toBe(Number(from) + 1);
    const needed = plugins.includes('"github.com/hashicorp/') ? '1.14.0' : '1.7.0';
    expect(plugins).toContain(`required_version = ">= ${needed}"`);
  });

  test('lets the operator choose all that the cloud may withdraw', () => {
    const { builder: _, lists, ...facts } = builder.cloud.packer ?? { builder: '' };
    const variables = Object.entries(relayTemplate(builder).variables ?? {});
    for (const fact of Object.values(facts)) {
      expect(fact.asOf).toMatch(/^20\d\d-\d\d$/);
      const [found] = variables.filter(([, { default: value }]) => String(value) === fact.value);
      expect(found?.[1].validation?.message, fact.value).toContain(fact.value);
    }
    for (const [name, command] of Object.entries(lists?.value ?? {}))
      expect(text).toMatch(new RegExp(`variable "${name}" \\{\n[^}]*${command.replace(/[[\]*.]/g, '\\$&')}`));
    expect(variables.some(([name]) => /image|template|os_id|storage_name|disk|clone_vm/.test(name))).toBe(
      true,
    );
  });

  test('hides its secrets, and holds none', () => {
    const secrets = Object.entries(builder.variables).filter(([name]) =>
      /token|password|secret|api_key$|access_key/.test(name),
    );
    for (const [name, variable] of secrets) {
      expect(variable.sensitive, name).toBe(true);
      expect(text).toMatch(new RegExp(`variable "${name}" \\{[^}]*default     = env\\("\\w+"\\)`));
      expect(text).toMatch(new RegExp(`^ +\\w+ += var\\.${name}$`, 'm'));
    }
  });

  test('provisions as all do', () => {
    const build = (one: typeof builder) =>
      JSON.stringify(relayTemplate(one).builds?.[0]?.provisioners, (_, value) => value);
    expect(build(builder)).toBe(build(BUILDERS[0] ?? builder));
    const other = files.get(templatePath('qemu')) ?? '';
    expect(text.slice(text.indexOf('provisioner'))).toBe(other.slice(other.indexOf('provisioner')));
  });
});

test.each([
  ['hcloud', /server_type" \{[^}]*default {5}= "cx23"/],
  ['proxmox-clone', /cloud_init_disk_type = "scsi"/],
  ['proxmox-clone', /scsi_controller {6}= "virtio-scsi-pci"/],
  // Of generation 1: no managed image can be made of a machine of Trusted Launch.
  ['azure-arm', /image_sku" \{[^}]*default {5}= "12"\n/],
])('%s has %s', (type, pattern) => {
  expect(files.get(templatePath(type))).toMatch(pattern);
});

test.each([
  ['scaleway', 'snapshot_name'],
  ['hcloud', 'cx22'],
])('%s has no %s', (type, text) => {
  expect(files.get(templatePath(type))).not.toContain(text);
});

test.each([
  ['server_type=', 1],
  ['server_type=$(id)', 1],
  ['server_type=cx33', 0],
  ['image=', 1],
])('hcloud with %s: status %d', async (variable, status) => {
  const { exitCode, all } = await packer(['validate', '-var', variable, templatePath('hcloud')]);
  expect({ exitCode, all: all?.replace(/\s+/g, ' ') }).toEqual({
    exitCode: status,
    all: status === 0 ? '' : expect.stringContaining('to a name that the cloud knows'),
  });
});

test('what is missing is said in words', async () => {
  const { all } = await packer(['validate', templatePath('hcloud')], { PATH: ENV.PATH });
  expect(all).toContain('Set HCLOUD_TOKEN in the environment to the API token of the project.');
});

test('no script or template names a secret of a builder', async () => {
  for (const name of Object.keys(GUEST_SCRIPTS))
    expect(await readFile(join(folder.cwd, 'provision', name), 'utf8')).not.toMatch(/token|secret_key/i);
});
