import { expect, test } from 'vitest';
import { linkOf } from '../../src/lab/address.ts';
import { networkFile } from '../../src/lab/network.ts';
import { enterCommand, nspawnCommand } from '../../src/lab/nspawn-command.ts';

const argv = nspawnCommand({
  name: 'n-1',
  root: '/tmp/a b/root',
  namespace: 'ns-1',
  cgroups: ['/cg/a', '/cg/b'],
});

test('it dies with us, in groups of its own', () => {
  expect(argv.slice(0, argv.indexOf('systemd-nspawn'))).toEqual([
    ...['setpriv', '--pdeathsig', 'KILL', '--', 'sh', '-c'],
    'while [ "$1" != -- ]; do echo 0 >"$1/cgroup.procs"; shift; done; shift; exec "$@"',
    ...['sh', '/cg/a', '/cg/b', '--'],
  ]);
});

test('the container gets its own network and nothing of ours', () => {
  expect(argv.slice(argv.indexOf('systemd-nspawn'))).toEqual([
    'systemd-nspawn',
    '--quiet',
    '--boot',
    '--directory=/tmp/a b/root',
    '--machine=n-1',
    '--hostname=relay',
    '--settings=no',
    '--register=no',
    '--keep-unit',
    '--private-users=no',
    '--resolv-conf=off',
    '--timezone=off',
    '--link-journal=no',
    '--capability=CAP_NET_ADMIN',
    '--network-namespace-path=/run/netns/ns-1',
    '--setenv=PATH_SYS_CLASS_DMI_ID=/run/no-dmi',
    '--console=read-only',
  ]);
});

test('a command can be appended to the way in', () => {
  expect([...enterCommand(42), 'id'].join(' ')).toBe(
    'nsenter --target 42 --mount --root --uts --ipc --net --pid -- env --ignore-environment' +
      ' PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TERM=linux --chdir=/ id',
  );
});

test('the network file holds the address', () => {
  expect(networkFile(linkOf(0))).toMatch(/^Address=10\.219\.0\.2\/30\nGateway=10\.219\.0\.1$/m);
});
