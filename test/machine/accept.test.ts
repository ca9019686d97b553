import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mountOverlay, unmountOverlay } from '../../src/lab/overlay.ts';
import { cachedTree } from '../../src/lab/tree-cache.ts';
import { TAR } from './images.ts';

/** The image's tree, to be changed at will, with nothing running in it. */
interface Tree {
  readonly root: string;
  /** What a shell script run in it says on both streams, and its exit status. */
  run(script: string): Promise<{ exitCode: number | undefined; all: string }>;
  remove(): Promise<void>;
}

// Processes, mounts and a network of its own: nothing of it reaches this computer, and no port is taken.
const INSIDE = ['--mount', '--pid', '--net', '--uts', '--fork', '--kill-child', '--'];
const SETUP =
  'mount -t proc proc "$1/proc"; mount --bind /dev "$1/dev"; ip link set lo up; exec chroot "$1" sh -c "$2"';

const openTree = async (): Promise<Tree> => {
  const folder = await mkdtemp(join(tmpdir(), 'image-tree-'));
  const root = await mountOverlay(await cachedTree(TAR), folder);
  return {
    root,
    run: async (script) => {
      const { exitCode, all } = await execa('unshare', [...INSIDE, 'sh', '-euc', SETUP, 'sh', root, script], {
        reject: false,
        all: true,
        env: {
          PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          LC_ALL: 'C.UTF-8',
          // systemctl: there is no systemd to talk to
          SYSTEMD_OFFLINE: '1',
        },
        extendEnv: false,
      });
      return { exitCode, all };
    },
    remove: async () => {
      await unmountOverlay(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const CERTIFICATE = '[/etc/ssl/relay.pem, /etc/ssl/relay.key]';

/** Between them they take every branch of every template. */
const SETTINGS: readonly (readonly [name: string, yaml: string])[] = [
  ['a domain that signs itself', 'mail_domain: _relay.test'],
  ['an address', 'mail_domain: 192.0.2.7'],
  ['a domain', 'mail_domain: chat.example.org'],
  [
    'everything changed',
    [
      'mail_domain: chat.example.org',
      `tls_external_cert_and_key: ${CERTIFICATE}`,
      'disable_ipv6: true',
      'imap_compress: true',
      'imap_rawlog: true',
      'turn: true',
      'push_gateway: https://push.example.org/notify',
      'max_mailbox_size: 1G',
      'max_message_size: 10M',
      'max_imap_connections: 100',
      'max_smtp_connections: 10',
      'metrics_address: ::1',
      'public_metrics: true',
      'www_folder: /srv/www',
      'privacy_postal: "Example & Co, <Street> 1"',
    ].join('\n'),
  ],
];

/** Each program's own word on the files that were written for it; none has anything to say but that it is fine. */
const CHECKS: readonly (readonly [program: string, script: string, answer: RegExp])[] = [
  ['postfix check', 'postfix check', /^$/],
  ['postconf', 'postconf -n > /dev/null; postconf -M > /dev/null', /^$/],
  ['doveconf', 'doveconf -n -c /etc/chatmail/dovecot.conf > /dev/null', /^$/],
  ['dovecot, as it would start', 'doveconf -x -c /etc/chatmail/dovecot.conf > /dev/null', /^$/],
  ['nginx -t', 'nginx -t -q -c /etc/chatmail/nginx.conf', /^$/],
  // Its unit brings the trust anchor in the same way.
  [
    'unbound-checkconf',
    '/usr/libexec/unbound-helper root_trust_anchor_update; unbound-checkconf',
    /^unbound-checkconf: no errors in /m,
  ],
  // It refuses keys that belong to neither root nor the user it runs as.
  ['opendkim -n', 'runuser -u opendkim -- opendkim -n -x /etc/chatmail/opendkim.conf', /^$/],
  [
    'systemd-analyze',
    'systemd-analyze verify --man=no $(find /lib/systemd/system -maxdepth 1 -type f -name "chatmail-*")',
    /^$/,
  ],
  ['systemd-tmpfiles', 'systemd-tmpfiles --create chatmail.conf', /^$/],
];

describe.each(SETTINGS)('what is rendered for %s', (_, yaml) => {
  let tree: Tree;
  beforeAll(async () => {
    tree = await openTree();
    await mkdir(join(tree.root, 'etc/chatmail'), { recursive: true });
    await writeFile(join(tree.root, 'etc/chatmail/chatmail.yaml'), `${yaml}\n`);
    const certificate =
      'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=chat.example.org' +
      ' -keyout /etc/ssl/relay.key -out /etc/ssl/relay.pem 2> /dev/null; mkdir -p /srv/www';
    // What systemd does at a boot.
    const asBooted = 'systemd-id128 new > /etc/machine-id; runuser -u opendkim -- /usr/lib/chatmail/dkim-key';
    const { exitCode, all } = await tree.run(`${certificate}; ${asBooted}; chatmail configure`);
    expect([exitCode, all]).toEqual([0, expect.stringContaining('/etc/chatmail/dovecot.conf')]);
  });
  afterAll(() => tree?.remove());

  test.each(CHECKS)('is accepted by %s', async (_program, script, answer) => {
    const { exitCode, all } = await tree.run(script);
    expect(all).toMatch(answer);
    expect(exitCode).toBe(0);
  });
});

/** Every user-data that our documents show. */
const userDataExamples = async (): Promise<string[]> => {
  const texts = await Promise.all(
    ['README.md', ...(await readdir('cloud-init')).map((name) => `cloud-init/${name}`)].map((file) =>
      readFile(file, 'utf8'),
    ),
  );
  return texts.flatMap((text) =>
    text.startsWith('#cloud-config\n')
      ? [text]
      : [...text.matchAll(/^```\w*\n(#cloud-config\n.*?)^```/gms)].map(([, it = '']) => it),
  );
};

describe('user-data', () => {
  let tree: Tree;
  beforeAll(async () => {
    tree = await openTree();
  });
  afterAll(() => tree?.remove());

  test('of our documents is accepted by cloud-init', async () => {
    const examples = await userDataExamples();
    expect(examples).not.toHaveLength(0);
    for (const example of examples) {
      await writeFile(join(tree.root, 'root/user-data'), example);
      const { exitCode, all } = await tree.run('cloud-init schema --config-file /root/user-data');
      expect([example, exitCode, all]).toEqual([example, 0, expect.stringContaining('Valid cloud-config')]);
    }
  });

  test('with a chatmail key is accepted by cloud-init', async () => {
    await writeFile(
      join(tree.root, 'root/user-data'),
      '#cloud-config\nchatmail:\n  mail_domain: chat.example.org\n',
    );
    const { all } = await tree.run('cloud-init schema --config-file /root/user-data');
    expect(all).toContain('Valid cloud-config');
  });
});

test('shellcheck has nothing to say about our scripts', async () => {
  const tree = await cachedTree(TAR);
  const folders = ['var/lib/dpkg/info', 'usr/lib/chatmail'].map((path) => join(tree, path));
  const files = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((name) => join(folder, name))),
  );
  const candidates = files
    .flat()
    .filter((path) => /\/(chatmail-relay(-extras)?\.(post|pre)(inst|rm)|chatmail\/[^/.]+)$/.test(path));
  const texts = await Promise.all(candidates.map((path) => readFile(path, 'utf8')));
  const scripts = candidates.filter((_, n) => texts[n]?.startsWith('#!/bin/sh'));
  expect(scripts.length).toBeGreaterThan(3);
  const { all } = await execa('shellcheck', scripts, { reject: false, all: true });
  expect(all).toBe('');
});
