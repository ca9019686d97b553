import { describe, expect, test } from 'vitest';
import { PROBES } from '../../src/model/service-facts.ts';
import { readPayload } from '../../src/package/payload.ts';
import {
  controlFiles,
  extrasControlFiles,
  extrasTree,
  packageTree,
  unitsOf,
} from '../../src/package/tree.ts';

const tree = packageTree('#!/usr/bin/node\n', '1.2.3', 'Thu, 01 Jan 2026 00:00:00 +0000');
const paths = [...tree.keys()];
const control = controlFiles(tree, '1.2.3');
const textOf = (name: string) => String(control.get(name)?.content);

test.each([
  '/usr/bin/chatmail',
  '/usr/lib/systemd/system/chatmail-filtermail.service',
  '/usr/lib/sysusers.d/chatmail.conf',
  '/usr/share/chatmail/templates/etc/postfix/main.cf',
  '/usr/share/chatmail/www/index.html',
  '/usr/share/man/man8/chatmail.8.gz',
  '/usr/share/doc/chatmail-relay/copyright',
])('%s is in the package', (path) => {
  expect(paths).toContain(path);
});

test('nothing of the package is a file of /etc: that is what `chatmail configure` writes', () => {
  expect(paths.filter((path) => path.startsWith('/etc/'))).toEqual([]);
});

test('only the programs are executable', () => {
  expect([...tree].filter(([, { mode }]) => mode & 0o111).map(([path]) => path)).toEqual([
    '/usr/bin/chatmail',
    '/usr/lib/chatmail/data-volume',
    '/usr/lib/chatmail/dkim-key',
    '/usr/lib/chatmail/forget',
    '/usr/lib/chatmail/late-settings',
  ]);
});

describe('units', () => {
  const units = unitsOf(tree);

  test('every unit of ours is enabled, but what a timer or a socket starts, and no drop-in', () => {
    const ours = paths.flatMap((path) => /\/system\/(chatmail-[^/]+)$/.exec(path)?.[1] ?? []);
    const started = [
      'chatmail-expire.service',
      'chatmail-forget@.service',
      'chatmail-queue@.service',
      'chatmail-web.service',
    ];
    expect(units).toEqual(ours.filter((unit) => !started.includes(unit)));
  });

  const unit = (name: string): string => String(tree.get(`/usr/lib/systemd/system/${name}`)?.content);

  test('what faces the web has a user of its own, one socket, no network and no group', () => {
    const web = unit('chatmail-web.service');
    expect(
      web.match(/^(User|Sockets|SupplementaryGroups|RestrictAddressFamilies|PrivateNetwork)=.*/gm),
    ).toEqual([
      'User=chatmail-web',
      'Sockets=chatmail-web.socket',
      'RestrictAddressFamilies=AF_UNIX',
      'PrivateNetwork=yes',
    ]);
    expect(unit('chatmail-web.socket')).toContain('\nService=chatmail-web.service\n');
  });

  test('who may submit mail without a filter reads nothing that anybody writes', () => {
    const withPostdrop = [...tree].flatMap(([path, { content }]) =>
      path.includes('/systemd/system/') && String(content).includes('postdrop')
        ? [path.replace(/.*\//, '')]
        : [],
    );
    expect(withPostdrop).toEqual(['chatmail-queue@.service']);
    expect(unit('chatmail-queue@.service')).toContain('\nStandardInput=null\n');
  });

  test('the journal has a name for each service of ours', () => {
    expect(unit('chatmail-.service.d/chatmail.conf')).toContain('[Service]\nSyslogIdentifier=%p\n');
    const others = [...tree].filter(
      ([path, { content }]) =>
        /\/system\/(?!chatmail-)[^/]*\.service\.d\//.test(path) &&
        /^ExecStart=\S*\/chatmail /m.test(String(content)),
    );
    expect(others.map(([path]) => path)).toEqual([
      '/usr/lib/systemd/system/acmetool.service.d/chatmail.conf',
    ]);
    for (const [, { content }] of others)
      expect(String(content)).toMatch(/^SyslogIdentifier=chatmail-renew$/m);
  });

  test.each(['postinst', 'prerm', 'postrm'])('%s names them all and leaves no placeholder', (name) => {
    expect(textOf(name)).toContain(units.join(' '));
    expect(textOf(name)).not.toMatch(/@[A-Z]+@/);
  });

  test.each(['postfix@-', 'dovecot'])('what %s logs of its clients is kept by no journal', (server) => {
    expect(unit(`${server}.service.d/chatmail.conf`)).toMatch(/^LogNamespace=mail\nLogLevelMax=crit$/m);
    const journal = String(tree.get('/usr/lib/systemd/journald@mail.conf.d/chatmail.conf')?.content);
    expect(journal).toContain('\nMaxLevelStore=crit\n');
  });

  // nginx shows what is wrong where the others wait until nothing is.
  const CONFIGURED = '/run/chatmail/configured';
  const servers = [
    ['dovecot', CONFIGURED],
    ['nginx', '/run/chatmail/www/setup.html'],
    ['opendkim', CONFIGURED],
    ['postfix@-', CONFIGURED],
  ];
  test.each(servers)('%s starts only once there is %s', (server, condition) => {
    const dropIn = String(tree.get(`/usr/lib/systemd/system/${server}.service.d/chatmail.conf`)?.content);
    expect(dropIn).toContain(`ConditionPathExists=${condition}\n`);
    expect(dropIn).toContain('After=chatmail-configure.service\n');
  });

  // cloud-init's early stages come before sysinit.target, which everything else comes after by default.
  test.each(['doveauth', 'filtermail', 'courier', 'firstboot'])(
    '%s starts while cloud-init is at work, and so do its sockets',
    (name) => {
      const service = `chatmail-${name}.service`;
      const sockets = [...tree].filter(([, { content }]) => String(content).includes(`Service=${service}\n`));
      const early = [String(tree.get(`/usr/lib/systemd/system/${service}`)?.content)];
      for (const [, { content }] of sockets) early.push(String(content));
      for (const unit of early) {
        expect(unit).toContain('\nDefaultDependencies=no\nAfter=local-fs.target\n');
        expect(unit).toMatch(/^Before=(.* )?shutdown\.target$/m);
        expect(unit).toContain('\nConflicts=shutdown.target\n');
        expect(unit.match(/^(After|Requires|Wants|ConditionPathExists)=.*/gm)).toEqual([
          'After=local-fs.target',
        ]);
      }
    },
  );
});

test('the control file says the version and how much room it takes', () => {
  expect(textOf('control')).toMatch(/^Version: 1\.2\.3$/m);
  expect(Number(/^Installed-Size: (\d+)$/m.exec(textOf('control'))?.[1])).toBeGreaterThan(10);
});

test.each(['/home/vmail', '/etc/dkimkeys', '/var/lib/acme', '/etc/ssl'])(
  'postrm never touches %s',
  (path) => {
    expect(textOf('postrm')).not.toContain(path);
  },
);

describe('the extras', () => {
  const page = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'">`;
  const extras = extrasTree(
    {
      commands: 'exports.extras = 1',
      invitations: 'exports.answerGuest = 1',
      page,
      trial: '#!/usr/bin/node\n',
    },
    '1.2.3',
    'Thu, 01 Jan 2026 00:00:00 +0000',
  );
  const control = extrasControlFiles(extras, '1.2.3');
  const text = String(control.get('control')?.content);

  test('have no file of the relay', () => {
    expect([...extras.keys()]).toEqual([
      '/usr/lib/chatmail/setup.sh',
      '/usr/lib/chatmail/extras.cjs',
      '/usr/lib/chatmail/invitations.cjs',
      '/usr/lib/chatmail/trial',
      '/usr/share/chatmail/probes.json',
      '/usr/share/chatmail/text-maker.html',
      '/etc/dpkg/dpkg.cfg.d/chatmail',
      '/usr/lib/chatmail/keep-packages',
      '/usr/lib/chatmail/queue-lengths',
      '/usr/lib/systemd/system/apt-daily-upgrade.service.d/archive.conf',
      '/usr/lib/systemd/system/chatmail-archive.service',
      '/usr/lib/systemd/system/chatmail-configure.service.d/update-hour.conf',
      '/usr/lib/systemd/system/chatmail-firstboot.service.d/share.conf',
      '/usr/lib/systemd/system/chatmail-share.service',
      '/usr/lib/systemd/system/chatmail-trial.service',
      '/usr/lib/systemd/system/chatmail-update-hour.path',
      '/usr/lib/systemd/system/chatmail-update-hour.service',
      '/usr/share/chatmail/start/limits.conf',
      '/usr/share/chatmail/start/nginx.conf',
      '/usr/share/chatmail/templates/etc/systemd/system/apt-daily-upgrade.timer.d/chatmail.conf',
      '/usr/share/chatmail/templates/etc/chatmail/turnserver.conf',
      '/usr/share/bash-completion/completions/chatmail',
      '/usr/share/doc/chatmail-relay-extras/copyright',
      '/usr/share/doc/chatmail-relay-extras/changelog.gz',
    ]);
    expect(paths.filter((path) => extras.has(path))).toEqual([]);
    expect([...control.keys()]).toEqual(['control', 'conffiles', 'postinst', 'postrm']);
    expect(String(control.get('conffiles')?.content)).toBe('/etc/dpkg/dpkg.cfg.d/chatmail\n');
    expect([...extras].filter(([, { mode }]) => mode !== 0o644).map(([path]) => path)).toEqual([
      '/usr/lib/chatmail/trial',
      '/usr/lib/chatmail/keep-packages',
      '/usr/lib/chatmail/queue-lengths',
    ]);
    expect(unitsOf(extras)).toEqual([]);
  });

  test('what must answer after an update is in them as data', () => {
    const probes: unknown = JSON.parse(String(extras.get('/usr/share/chatmail/probes.json')?.content));
    expect(probes).toEqual(PROBES);
  });

  test('have what apt gets updates by only where there is an archive, which the core then knows too', () => {
    const apt = (archive?: string) =>
      [...extrasTree({ commands: '', invitations: '', page, trial: '' }, '1', '', archive).keys()].filter(
        (path) => path.includes('/apt/'),
      );
    expect(apt()).toEqual([]);
    const etc = '/usr/share/chatmail/templates/etc/apt';
    expect(apt('Types: deb\n').sort()).toEqual([
      `${etc}/apt.conf.d/99chatmail-updates`,
      `${etc}/preferences.d/chatmail`,
      `${etc}/sources.list.d/chatmail.sources`,
    ]);
    expect(paths).not.toContain('/usr/share/chatmail/archive.sources');
    expect(packageTree('', '1', '', 'a\n').get('/usr/share/chatmail/archive.sources')?.content).toBe('a\n');
  });

  test('what nginx says of the text maker is its own policy, and that nothing has it in a frame', () => {
    expect(String(extras.get('/usr/share/chatmail/start/nginx.conf')?.content)).toContain(
      `Content-Security-Policy "default-src 'none'; frame-ancestors 'none'" always;`,
    );
    const without = () =>
      extrasTree({ commands: '', invitations: '', page: '<html>', trial: '' }, '1.2.3', '');
    expect(without).toThrow('the text maker has no policy');
  });

  test('need the relay in the same version, which does without them', () => {
    expect(text).toMatch(/^Version: 1\.2\.3$/m);
    expect(text).toMatch(/^Depends: chatmail-relay \(= 1\.2\.3\), nodejs/m);
    expect(textOf('control')).not.toContain('chatmail-relay-extras');
    expect(readPayload().parts).not.toContain('chatmail-relay-extras (');
  });
});
