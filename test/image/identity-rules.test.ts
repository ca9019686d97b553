import { describe, expect, test } from 'vitest';
import { identityLeaks, missingParts, passwordLeaks } from '../../src/image/identity-rules.ts';

const file = (path: string, size = 10) => ({ path, type: 'f', size });

describe('must not be in an image', () => {
  test.each([
    ['/etc/ssh/ssh_host_ed25519_key', 'no SSH host key'],
    ['/etc/ssh/ssh_host_rsa_key.pub', 'no SSH host key'],
    ['/etc/machine-id', 'no machine id'],
    ['/var/lib/dbus/machine-id', 'no machine id'],
    ['/var/lib/systemd/random-seed', 'no random seed'],
    ['/var/lib/systemd/credential.secret', 'no systemd credential secret'],
    ['/etc/hostname', 'no host name'],
    ['/etc/mailname', 'no host name'],
    ['/etc/ssl/private/ssl-cert-snakeoil.key', 'no private key'],
    ['/etc/ssl/private/mailserver.key', 'no private key'],
    ['/etc/dovecot/private/dovecot.key', 'no private key'],
    ['/etc/unbound/unbound_server.key', 'no private key'],
    ['/etc/ssl/certs/ssl-cert-snakeoil.pem', 'no self-signed certificate'],
    ['/etc/dkimkeys/opendkim.private', 'no DKIM key'],
    ['/var/lib/acme/accounts/x/privkey', 'no ACME account or certificate'],
    ['/home/vmail/mail/example.org/a@example.org/password', 'no mailbox'],
    ['/etc/chatmail/relay.json', 'no settled relay'],
    ['/var/lib/chatmail/state.json', 'no settled relay'],
    ['/var/lib/cloud/instances/i-1/user-data.txt', 'no cloud instance'],
    ['/root/.ssh/authorized_keys', 'no authorized key'],
    ['/root/.bash_history', 'no history'],
    ['/var/lib/dhcp/dhclient.leases', 'no DHCP lease'],
    ['/var/lib/apt/lists/archive_dists_bookworm_InRelease', 'no list or archive of apt'],
    ['/var/cache/apt/archives/zstd_1_amd64.deb', 'no list or archive of apt'],
    ['/var/cache/apt/pkgcache.bin', 'no list or archive of apt'],
    ['/var/log/dpkg.log', 'no log'],
    ['/var/log/apt/history.log', 'no log'],
    ['/var/spool/postfix/incoming/4F1', 'no queued mail'],
    ['/usr/sbin/policy-rc.d', 'no file of the making'],
  ])('%s', (path, rule) => {
    expect(identityLeaks([file(path)])).toContainEqual({ path, rule });
  });
});

describe('may be in an image', () => {
  test.each([
    '/etc/ssh/sshd_config',
    '/etc/ssh/moduli',
    '/etc/hosts',
    '/etc/resolv.conf',
    '/etc/ssl/certs/ca-certificates.crt',
    '/etc/unbound/unbound.conf.d/root-auto-trust-anchor-file.conf',
    '/etc/chatmail/chatmail.yaml',
    '/var/lib/apt/lists/lock',
    '/var/log/lastlog',
    '/usr/share/dns/root.key',
  ])('%s', (path) => expect(identityLeaks([file(path)])).toEqual([]));
});

test.each([
  ['an empty machine-id', { path: '/etc/machine-id', type: 'f', size: 0 }, 0],
  ['a link in place of the machine-id', { path: '/etc/machine-id', type: 'l', size: 0 }, 1],
  ['an empty log', { path: '/var/log/alternatives.log', type: 'f', size: 0 }, 0],
  ['an empty host name', { path: '/etc/hostname', type: 'f', size: 0 }, 1],
  ['an empty folder for keys', { path: '/etc/ssl/private/later', type: 'd', size: 4096 }, 0],
  ['a link to a key', { path: '/etc/dovecot/private/dovecot.key', type: 'l', size: 38 }, 1],
])('%s: %#', (_, entry, leaks) => expect(identityLeaks([entry])).toHaveLength(leaks));

test.each<[string, readonly string[]]>([
  ['root:*:20000:0:99999:7:::\nvmail:!:20000::::::\ndebian:!*:20000::::::\n', []],
  ['root::20000:0:99999:7:::\n', ['no password (root)']],
  ['root:*:1::::::\na:$y$j9T$x:1::::::\n', ['no password (a)']],
])('accounts: %#', (shadow, rules) => {
  expect(passwordLeaks(shadow).map(({ rule }) => rule)).toEqual(rules);
});

const WORKING = [
  '/boot/vmlinuz-6.1.0-1-cloud-amd64',
  '/boot/initrd.img-6.1.0-1-cloud-amd64',
  '/vmlinuz',
  '/initrd.img',
  '/boot/grub/grub.cfg',
  '/etc/machine-id',
  '/usr/bin/cloud-init',
  '/usr/bin/chatmail',
];

test('an image with all its parts lacks none', () => {
  expect(missingParts(WORKING.map((path) => file(path)))).toEqual([]);
});

test.each(WORKING)('%s is missed', (gone) => {
  const rest = WORKING.filter((path) => path !== gone).map((path) => file(path));
  expect(missingParts(rest)).toHaveLength(1);
});
