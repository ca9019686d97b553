import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CLOUDS, cloudNamed } from '../../src/model/clouds/all.ts';
import { cloudPage } from '../../src/model/clouds/page.ts';
import { PROJECT } from '../../src/package/paths.ts';

const PORTS = 'TCP 22, 25, 80, 143, 443, 465, 587, 993';

/** A part of a page, by its heading. */
const part = (page: string, heading: string): string =>
  page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';

const pageOf = (name: string): string => {
  const cloud = cloudNamed(name);
  if (!cloud) throw new Error(`there is no cloud ${name}`);
  return cloudPage(cloud);
};

describe.each(CLOUDS)('the page of $name', (cloud) => {
  const page = cloudPage(cloud);

  test('leads from the text to the relay', () => {
    const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    const begin =
      headings[0] === 'Make the script' ? ['Make the script', 'Run it'] : ['Make the text', 'Paste it'];
    expect(headings).toEqual([
      ...begin,
      'Open the ports',
      'Port 25 and reverse DNS',
      'Log in',
      'Correct a mistake',
      'What is known',
    ]);
    expect(page).toContain('`http://ADDRESS/`');
  });

  test('says which ports to open, the one for logging in among them', () => {
    expect(part(page, 'Open the ports')).toContain(PORTS);
  });

  test('knows of port 25, reverse DNS, the firewall and the login', () => {
    expect(part(page, 'Port 25 and reverse DNS')).not.toContain('not documented');
    expect(cloud.firewall).toBeDefined();
    expect(part(page, 'Log in')).toMatch(/^`ssh [\w-]+@ADDRESS`/m);
  });

  test('says how to correct a mistake there: a reboot where that is enough, and nowhere else', () => {
    const said = part(page, 'Correct a mistake');
    expect(said).toContain('chatmail configure --set NAME=VALUE');
    expect(said.includes('The next boot reads it')).toBe('edit' in cloud.userData);
    expect(said.includes('A reboot alone does not')).toBe('replace' in cloud.userData);
    if (page.includes('## Paste it')) expect(said).toMatch(/The next boot reads it|A reboot alone does not/);
  });
});

test.each(['aws', 'google', 'azure', 'openstack', 'ovh', 'scaleway', 'oracle', 'exoscale', 'ionos'])(
  'at %s all is closed by default, and the page says where to open it',
  (name) => {
    const said = part(pageOf(name), 'Open the ports');
    expect(said).toMatch(/is closed by default\. Open TCP 22, [\d, ]+ \(.+\); 22 is for logging in\.$/m);
  },
);

test.each([
  ['netcup', 'root@ADDRESS sh relay.txt', 'netcup Mail block'],
  ['ionos', 'root@ADDRESS sh relay.txt', 'Ask its support'],
  ['contabo', 'root@ADDRESS sh relay.txt', 'Port 25: open'],
  ['ovh-vps', 'debian@ADDRESS sudo sh relay.txt', 'Port 25: open'],
  ['linode', 'root@ADDRESS sh relay.txt', 'StackScript'],
])('%s: by SSH and a script', (name, command, more) => {
  const page = pageOf(name);
  expect(page).toContain('--script --output relay.txt\n');
  expect(page).toContain(command);
  expect(page).toContain(more);
});

test.each([
  ['hetzner', 'hcloud server rebuild'],
  ['aws', 'Edit user data'],
  ['openstack', 'openstack server rebuild'],
  ['proxmox', 'qm cloudinit update'],
])('%s: a mistake is corrected with %s', (name, way) => {
  expect(part(pageOf(name), 'Correct a mistake')).toContain(way);
});

test('no name of our own code stands in what is said of a cloud', () => {
  const files = execFileSync('git', ['ls-files', 'src/*.ts'], { cwd: PROJECT, encoding: 'utf8' })
    .trim()
    .split('\n');
  const names = files.flatMap((file) =>
    [...readFileSync(PROJECT + file, 'utf8').matchAll(/(?:interface|type|class) ([A-Z][a-z]+[A-Z]\w+)/g)].map(
      ([, name]) => name ?? '',
    ),
  );
  expect(names).toContain('RelayCloud');
  const words = new Set(CLOUDS.flatMap((cloud) => cloudPage(cloud).match(/\w+/g) ?? []));
  expect([...new Set(names)].filter((name) => words.has(name))).toEqual([]);
  expect(pageOf('hetzner')).toContain('Send a limit request in the Hetzner Console');
});
