import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aws } from '../src/model/clouds/aws.ts';
import { digitalocean } from '../src/model/clouds/digitalocean.ts';
import { hetzner } from '../src/model/clouds/hetzner.ts';
import { ovh } from '../src/model/clouds/ovh.ts';
import { TCP_PORTS } from '../src/model/ports.ts';
import { PROJECT } from '../src/package/paths.ts';
import { inFolder } from './cli-in-folder.ts';

const document = await readFile(`${PROJECT}docs/terraform.md`, 'utf8');

/** The example of a provider, by its heading. */
const example = (heading: string): string =>
  new RegExp(`^## ${heading}\\n[\\s\\S]*?\`\`\`hcl\\n([\\s\\S]*?)\`\`\``, 'm').exec(document)?.[1] ?? '';

const EXAMPLES = [
  [
    'Hetzner',
    hetzner.packer,
    ['hcloud_server', 'hcloud_firewall', 'hcloud_rdns', 'hcloud_volume_attachment'],
  ],
  [
    'DigitalOcean',
    digitalocean.packer,
    ['digitalocean_droplet', 'digitalocean_firewall', 'digitalocean_volume_attachment'],
  ],
  ['AWS', aws.packer, ['aws_instance', 'aws_security_group', 'aws_eip_domain_name', 'aws_volume_attachment']],
  [
    'OpenStack',
    ovh.packer,
    [
      'openstack_compute_instance_v2',
      'openstack_networking_secgroup_rule_v2',
      'openstack_compute_volume_attach_v2',
    ],
  ],
] as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terraform-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(EXAMPLES)('the example for %s', (heading, { image, machine }, resources) => {
  const text = example(heading);

  // Terraform is not in Debian; Packer's HCL is the same language, with the same format.
  test('is HCL, and formatted', async () => {
    const file = join(folder, `${heading}.pkr.hcl`);
    await writeFile(file, text);
    const { exitCode, all } = await execa('packer', ['fmt', '-check', '-diff', file], {
      reject: false,
      all: true,
      env: { CHECKPOINT_DISABLE: '1' },
    });
    expect({ exitCode, all }).toEqual({ exitCode: 0, all: '' });
  });

  test('opens what a relay is reached at, and what its owner logs in to', () => {
    expect(text).toContain(`  ports  = [22, ${TCP_PORTS.join(', ')}]\n`);
    expect(text).toMatch(/local\.ports/);
  });

  test('has a server with the text, a firewall, reverse DNS and a volume', () => {
    expect(text).toContain('file("relay.txt")');
    expect(text).toContain('"/dev/disk/by-id/VOLUME"');
    for (const resource of resources) expect(text).toContain(`resource "${resource}" `);
    expect(text).toContain('local.domain');
  });

  test('names what the record of the cloud names', () => {
    for (const { value } of [image, machine]) expect(text).toContain(`"${value}"`);
  });
});

test('the commands make a text with a place for the volume, as it stands in the examples', async () => {
  const place = await inFolder();
  const commands = [...document.matchAll(/^node lib\/cli\.js (user-data .*)$/gm)].map(
    ([, line]) => line ?? '',
  );
  expect(commands).toHaveLength(2);
  try {
    const [whole = ''] = commands;
    const set = ['--set', 'data_volume=/dev/disk/by-id/VOLUME'];
    expect(await place.run(...whole.split(' '), ...set)).toMatchObject({ status: 0 });
    expect((await place.read('relay.txt')).match(/\/dev\/disk\/by-id\/VOLUME/g)).toHaveLength(1);
  } finally {
    await place.remove();
  }
});
