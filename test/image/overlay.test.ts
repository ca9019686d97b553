import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { OVERLAY } from '../../src/image/tree.ts';

const read = (path: string): Promise<string> => readFile(join(OVERLAY, path), 'utf8');
const entries = await readdir(OVERLAY, { recursive: true, withFileTypes: true });

describe("the image's own files", () => {
  test('are files and folders only: npm packs no links', () => {
    expect(entries.filter((entry) => !entry.isFile() && !entry.isDirectory())).toEqual([]);
  });

  test('have no file in them that carries an identity', () => {
    const names = entries.map((entry) => entry.name);
    for (const name of ['machine-id', 'hostname', 'authorized_keys']) expect(names).not.toContain(name);
  });

  test('cloud-init uses netplan, leaves the disk alone and sets a locale that exists', async () => {
    const config = parse(await read('etc/cloud/cloud.cfg.d/90-chatmail-image.cfg'));
    expect(config).toMatchObject({
      growpart: { mode: 'off' },
      resize_rootfs: false,
      locale: 'C.UTF-8',
      ssh_pwauth: false,
      system_info: { network: { renderers: ['netplan'] } },
    });
    const modules = [
      ...config.cloud_init_modules,
      ...config.cloud_config_modules,
      ...config.cloud_final_modules,
    ];
    expect(modules).toEqual(
      expect.arrayContaining(['write-files', 'runcmd', 'scripts-user', 'users-groups', 'ssh', 'bootcmd']),
    );
    expect(new Set(modules).size).toBe(modules.length);
  });

  test("cloud-init's services all run the generator that knows of gateways outside the net", async () => {
    const services = ['cloud-init.service.d', 'cloud-init-.service.d'];
    const units = services.map((folder) => read(`etc/systemd/system/${folder}/chatmail-image.conf`));
    const named = (await Promise.all(units)).map(
      (unit) => /^Environment=NETPLAN_GENERATE_PATH=\/(.+)$/m.exec(unit)?.[1],
    );
    const generator = named[0] ?? '';
    expect(named).toEqual([generator, generator]);
    expect((await stat(join(OVERLAY, generator))).mode & 0o111).toBe(0o111);
  });

  test('a card is asked for no name', async () => {
    const [, match] = (await read('etc/systemd/network/90-chatmail-image.network')).split(/^\[\w+\]$/m);
    expect(match?.match(/^\w+=.*/gm)).toEqual(['Type=ether', 'Kind=!*']);
  });

  test('every copyright file stays', async () => {
    expect(await read('etc/dpkg/dpkg.cfg.d/chatmail-image')).toContain(
      'path-exclude=/usr/share/doc/*\npath-include=/usr/share/doc/*/copyright\n',
    );
  });

  test.each([
    ['etc/resolv.conf', 'nameserver 127.0.0.1'],
    ['etc/hosts', '169.254.169.254 metadata.google.internal'],
    ['etc/ssh/sshd_config.d/chatmail-image.conf', 'PasswordAuthentication no'],
    ['etc/systemd/network/90-chatmail-image.network', 'DHCP=yes'],
    ['etc/repart.d/50-root.conf', 'Type=root'],
  ])('%s has: %s', async (path, line) => expect((await read(path)).split('\n')).toContain(line));
});
