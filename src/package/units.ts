import { type Sandbox, SERVICES, type Service, type Socket } from '../model/services.ts';

/**
 * What no service of a relay needs, ours or Debian's (systemd.exec(5)). It stands first in `[Service]`, so that a
 * unit's own lines come after it and can add to it.
 */
const SANDBOX = `PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
NoNewPrivileges=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
`;

/** Beyond that, what no server of Debian's needs. */
const SERVER_SANDBOX = `${SANDBOX}MemoryDenyWriteExecute=yes
`;

/** Beyond that, what none of the relay's own services needs. */
const OWN_SANDBOX = `${SANDBOX}PrivateTmp=yes
ProtectHome=yes
ProtectSystem=strict
RestrictSUIDSGID=yes
SystemCallFilter=~@privileged @resources
`;

/** Beyond that, what none needs that does not start as root. */
const USER_SANDBOX = `${OWN_SANDBOX}PrivateUsers=yes
ProcSubset=pid
RemoveIPC=yes
CapabilityBoundingSet=
UMask=0077
`;

const NETWORKS = {
  none: 'RestrictAddressFamilies=AF_UNIX\nPrivateNetwork=yes',
  loopback: 'RestrictAddressFamilies=AF_UNIX AF_INET\nIPAddressDeny=any\nIPAddressAllow=127.0.0.1',
  internet: 'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6',
} as const;

const sandboxLines = ({ network, seesMail, seesLoad, writes }: Sandbox): string[] => [
  NETWORKS[network],
  ...(seesMail ? ['ProtectHome=no'] : []),
  ...(seesLoad ? ['ProcSubset=all'] : []),
  ...(writes.length > 0 ? [`ReadWritePaths=${writes.join(' ')}`] : []),
];

/** The unit of one of the relay's own programs that runs all the time. */
const daemonUnit = ({ unit, description, user, groups, sockets = [] }: Service, sandbox: Sandbox): string => {
  const name = unit.replace('chatmail-', '');
  const folders = [`metrics/${name}`, ...(sandbox.folders ?? [])].map((folder) => `chatmail/${folder}`);
  return `[Unit]
Description=Chatmail relay: ${description}
Documentation=man:chatmail(8)
# It starts while cloud-init has one processor busy, and waits for the configuration by itself.
DefaultDependencies=no
After=local-fs.target
Before=shutdown.target
Conflicts=shutdown.target
# Whatever happens it comes back: without it no mail passes.
StartLimitIntervalSec=0
[Service]
${USER_SANDBOX}${sandboxLines(sandbox).join('\n')}
StartupCPUWeight=5
# Young objects die young: a small nursery keeps memory low under load, and what is freed goes back to the kernel.
Environment=MALLOC_TRIM_THRESHOLD_=65536
ExecStart=/usr/bin/node --max-semi-space-size=1 /usr/bin/chatmail ${name}
User=${user}
${groups ? `SupplementaryGroups=${groups.join(' ')}\n` : ''}Sockets=${sockets.map((socket) => `chatmail-${socket.name}.socket`).join(' ')}
RuntimeDirectory=${folders.join(' ')}
RuntimeDirectoryPreserve=yes
Restart=always
RestartSec=100ms
OOMScoreAdjust=-100
LimitNOFILE=65536
[Install]
WantedBy=multi-user.target
`;
};

/** Requests wait in the socket while its service restarts, however often that is. */
const startLines = ({ unit, runs }: Service, { name, maxProcesses }: Socket): string[] => [
  ...(maxProcesses === undefined
    ? [`FileDescriptorName=${name}`, `Service=${unit}.service`]
    : ['Accept=yes', `MaxConnections=${maxProcesses}`]),
  ...(runs === 'on request' ? ['TriggerLimitIntervalSec=0'] : []),
];

const socketUnit = (service: Service, socket: Socket): string => {
  const { name, path, user, group } = socket;
  return `[Unit]
Description=Chatmail relay: ${name} socket
# before the services that take it, which start early
DefaultDependencies=no
After=local-fs.target
Before=sockets.target shutdown.target
Conflicts=shutdown.target
[Socket]
ListenStream=${path}
${startLines(service, socket).join('\n')}
SocketUser=${user}
SocketGroup=${group ?? 'root'}
SocketMode=${group === undefined ? '0600' : '0660'}
[Install]
WantedBy=sockets.target
`;
};

/** Units that follow from the table of services alone, by their file's name. */
export const generatedUnits = (): ReadonlyMap<string, string> => {
  const units = new Map<string, string>();
  for (const service of SERVICES) {
    if (service.daemon) units.set(`${service.unit}.service`, daemonUnit(service, service.daemon));
    for (const socket of service.sockets ?? [])
      units.set(`chatmail-${socket.name}.socket`, socketUnit(service, socket));
  }
  return units;
};

const SANDBOXES: Readonly<Record<string, string>> = {
  server: SERVER_SANDBOX,
  own: OWN_SANDBOX,
  user: USER_SANDBOX,
};

/**
 * A unit with the sandbox that it names in place of that line, `# sandbox: own`. Throws for one that does not exist.
 */
export const withSandbox = (unit: string): string =>
  unit.replace(/^# sandbox: (.*)\n/m, (_, name: string) => {
    const lines = SANDBOXES[name];
    if (lines === undefined) throw new Error(`no sandbox is called ${name}`);
    return lines;
  });
