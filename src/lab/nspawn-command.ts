interface NspawnOptions {
  /** Unique on this computer. */
  readonly name: string;
  readonly root: string;
  /** Name of a network namespace made with ip-netns(8). */
  readonly namespace: string;
  /** Directories of the control groups to start in. */
  readonly cgroups: readonly string[];
}

/** Moves itself into the groups named before `--`, then becomes what stands after it. */
const ENTER_GROUPS = 'while [ "$1" != -- ]; do echo 0 >"$1/cgroup.procs"; shift; done; shift; exec "$@"';

/**
 * Boots a tree as a container (systemd-nspawn(1)) which dies with us. It gets nothing from this computer: no
 * resolv.conf, time zone or journal, and no DMI facts, by which cloud-init would take the provider this
 * computer runs on for the container's own. CAP_NET_ADMIN: with a namespace that was made before, nspawn does not give it.
 */
export const nspawnCommand = ({ name, root, namespace, cgroups }: NspawnOptions): string[] => [
  ...['setpriv', '--pdeathsig', 'KILL', '--'],
  ...['sh', '-c', ENTER_GROUPS, 'sh', ...cgroups, '--'],
  'systemd-nspawn',
  '--quiet',
  '--boot',
  `--directory=${root}`,
  `--machine=${name}`,
  '--hostname=relay',
  '--settings=no',
  '--register=no',
  '--keep-unit',
  '--private-users=no',
  '--resolv-conf=off',
  '--timezone=off',
  '--link-journal=no',
  '--capability=CAP_NET_ADMIN',
  `--network-namespace-path=/run/netns/${namespace}`,
  '--setenv=PATH_SYS_CLASS_DMI_ID=/run/no-dmi',
  '--console=read-only',
];

/** Lets the container set its own network's sysctls, as a machine can (systemd's ENVIRONMENT.md). */
export const NSPAWN_ENVIRONMENT = { SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network' } as const;

/** Enters a container by its first process, with a clean environment and as root. */
export const enterCommand = (leader: number): string[] => [
  ...['nsenter', '--target', String(leader), '--mount', '--root', '--uts', '--ipc', '--net', '--pid', '--'],
  ...['env', '--ignore-environment', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  ...['HOME=/root', 'LC_ALL=C.UTF-8', 'TERM=linux', '--chdir=/'],
];
