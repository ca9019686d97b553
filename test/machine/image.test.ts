import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { QCOW2, TAR } from './images.ts';

interface Entry {
  readonly mode: string;
  readonly size: number;
  readonly path: string;
}

const list = async (tar: string): Promise<Entry[]> => {
  const { stdout } = await execa('tar', ['--list', '--verbose', '--numeric-owner', '--file', tar]);
  return stdout.split('\n').map((line) => {
    const [, mode = '', size = '', name = ''] = /^(\S+) +\S+ +(\d+) +\S+ +\S+ +(.*)$/.exec(line) ?? [];
    return { mode, size: Number(size), path: name.replace(/^\./, '').replace(/ -> .*/, '') };
  });
};

/** What would make all machines of one image the same machine, or tell of who built it. */
const IDENTITIES: readonly (readonly [name: string, path: RegExp])[] = [
  ['SSH host key', /^\/etc\/ssh\/ssh_host_/],
  ['authorized SSH key', /\/\.ssh\/./],
  ['machine id', /^(\/etc|\/var\/lib\/dbus)\/machine-id$/],
  ['random seed', /^\/(var|boot)\/.*random-seed$/],
  ['credential secret', /\/credential\.secret$/],
  ['host name', /^\/etc\/hostname$/],
  ['DKIM key', /^\/etc\/dkimkeys\/.*\.(private|txt)$/],
  ['private TLS key', /^\/etc\/ssl\/private\/.|^\/etc\/dovecot\/private\/./],
  ['certificate of its own', /^\/etc\/ssl\/certs\/(mailserver|ssl-cert-snakeoil|dovecot)\.pem$/],
  ['key of ACME or unbound', /^\/var\/lib\/acme\/.*\/|^\/etc\/unbound\/.*\.(key|pem)$/],
  ['settled relay', /^\/etc\/chatmail\/relay\.json$|^\/var\/lib\/chatmail\/state\.json$/],
  ['mailbox', /^\/home\/vmail\/mail\/./],
  ['trace of a cloud', /^\/var\/lib\/cloud\/(instance|instances\/.|data\/.|seed\/.)/],
  ['DHCP lease', /^\/var\/lib\/(dhcp|dhclient)\/./],
  ['log', /^\/var\/log\/(.*\.log|journal\/.+|apt\/.+)$/],
  ['shell history', /_history$/],
  ['queued mail', /^\/var\/spool\/postfix\/(active|deferred|incoming|maildrop|hold)\/./],
];

describe('the image', () => {
  let entries: Entry[];
  beforeAll(async () => {
    entries = await list(TAR);
  });

  test.each(IDENTITIES)('holds no %s', (_, path) => {
    // A file that is there but empty, as machine-id(5) has it, says nothing.
    const found = entries.filter(
      (entry) => path.test(entry.path) && entry.mode.startsWith('-') && entry.size > 0,
    );
    expect(found).toEqual([]);
  });

  test('holds no password', async () => {
    const { stdout } = await execa('tar', ['--extract', '--to-stdout', '--file', TAR, './etc/shadow']);
    const passwords = stdout.split('\n').map((line) => line.split(':')[1] ?? '');
    expect(passwords.length).toBeGreaterThan(10);
    expect(passwords.filter((password) => !/^[!*]/.test(password))).toEqual([]);
  });

  test('holds no private key anywhere', async () => {
    const folders = ['etc', 'home', 'opt', 'root', 'srv', 'var'].map((name) => `./${name}`);
    const extract = [
      '--extract',
      '--to-command',
      'grep -q -e "PRIVATE KEY-----" && echo "$TAR_FILENAME" || :',
    ];
    const { stdout } = await execa('tar', [...extract, '--file', TAR, ...folders]);
    expect(stdout).toBe('');
  });

  test('holds nothing of its making', () => {
    const made = /^\/usr\/(local\/.|sbin\/policy-rc\.d)/;
    expect(entries.filter(({ path, mode }) => made.test(path) && mode.startsWith('-'))).toEqual([]);
  });

  test('holds one manual page, and no index', () => {
    const inMan = /^\/(usr\/share\/man\/[^/]+|var\/cache\/man)\/./;
    expect(entries.map(({ path }) => path).filter((path) => inMan.test(path))).toEqual([
      // A link of dash's postinst.
      '/usr/share/man/man1/sh.1.gz',
      '/usr/share/man/man8/chatmail.8.gz',
    ]);
  });

  test('holds nothing that anybody may write to', () => {
    const open = entries.filter(({ mode }) => /^[-d].......w/.test(mode) && !mode.endsWith('t'));
    expect(open).toEqual([]);
  });

  test('has small enough a disk', async () => {
    const { stdout } = await execa('qemu-img', ['info', '--output=json', QCOW2]);
    const info = JSON.parse(stdout) as Record<string, number>;
    expect(info['actual-size']).toBeLessThanOrEqual(235e6);
  });
});

describe('the manifest', () => {
  test('describes the files as they are', async () => {
    const manifest = JSON.parse(await readFile('dist/manifest.json', 'utf8')) as {
      files: { file: string; sha256: string }[];
      packages: { name: string }[];
    };
    const sums = (await readFile('dist/SHA256SUMS', 'utf8')).trim().split('\n');
    expect(manifest.files.map(({ file, sha256 }) => `${sha256}  ${file}`)).toEqual(sums);
    expect(sums.join('\n')).toContain(basename(QCOW2));
    await execa('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: 'dist' });
    const names = manifest.packages.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'chatmail-relay',
        'chatmail-relay-extras',
        'postfix',
        'dovecot-core',
        'opendkim',
        'nodejs',
        'cloud-init',
      ]),
    );
  });
});
