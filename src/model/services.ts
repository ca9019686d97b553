import type { LoopbackPortName, PortName } from './ports.ts';

/** A Unix socket that systemd holds for one of the relay's own services (systemd.socket(5)). */
export interface Socket {
  /** `FileDescriptorName=`, by which the service finds it. */
  readonly name: string;
  readonly path: string;
  /** The user who may connect, and a group if there is one. */
  readonly user: string;
  readonly group?: string;
  /** Each connection starts a separate process; at most so many at once. */
  readonly maxProcesses?: number;
}

/** What one of the relay's own daemons may do; each is a line or two in its unit (systemd.exec(5)). */
export interface Sandbox {
  readonly network: 'none' | 'loopback' | 'internet';
  /** Whether mailboxes are in sight. */
  readonly seesMail: boolean;
  /** Whether it reads the machine's load and memory (`/proc`). */
  readonly seesLoad?: true;
  /** What it may write to, beside its counts below `/run`. */
  readonly writes: readonly string[];
  /** Folders of its own below `/run/chatmail`, beside that of its counts. */
  readonly folders?: readonly string[];
}

/**
 * When a service runs. `always`: it is a part of every relay. `on request`: systemd holds its sockets and starts it
 * when somebody connects. `if wanted`: a setting, or a program that the operator adds, decides.
 */
type Runs = 'always' | 'on request' | 'if wanted';

export interface Service {
  /** Its unit, without `.service`. */
  readonly unit: string;
  readonly description: string;
  /** The user it runs as; servers of Debian start as root and become it. */
  readonly user: string;
  readonly groups?: readonly string[];
  readonly runs: Runs;
  /** Ports that it takes connections at from outside, and from within the machine. */
  readonly ports?: readonly PortName[];
  readonly loopbackPorts?: readonly LoopbackPortName[];
  readonly sockets?: readonly Socket[];
  /** Files of the relay that it reads: when one changes, it is reloaded or restarted. */
  readonly reads: readonly RegExp[];
  /** What to send to one of its sockets to see that it answers: systemd holds them, so connecting tells nothing. */
  readonly probe?: { readonly socket: string; readonly question: string };
  /** It must not run while mail and keys are replaced beneath it. */
  readonly stopsForRestore?: true;
  /** It goes on when our package is removed: the machine has no other resolver. */
  readonly staysOnRemoval?: true;
  /** Names of what it counts, in the relay's metrics. */
  readonly counts?: readonly string[];
  /** Its unit follows from this record (`package/units.ts`). */
  readonly daemon?: Sandbox;
}

/** Sockets that Postfix reaches from its chroot. */
const IN_QUEUE = '/var/spool/postfix/chatmail';
const IN_RUN = '/run/chatmail';

const CERTIFICATE = /\/(mailserver\.(pem|key)|fullchain)$/;
/** The resolved model, which all of the relay's own services read. */
const MODEL = /\/relay\.json$/;
const TURN = /\/turnserver\.conf$/;

/** The start of a milter session (`SMFIC_OPTNEG`): its length, version 6, any actions and steps. */
const MILTER_OFFER = '\0\0\0\rO\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff';

/** The machine as a table: every service of a relay, Debian's and ours. Whatever lists services derives from it. */
export const SERVICES: readonly Service[] = [
  {
    unit: 'postfix@-',
    description: 'mail transport',
    user: 'postfix',
    runs: 'always',
    loopbackPorts: ['reinject', 'smtp', 'submission', 'submissions'],
    reads: [/^\/etc\/postfix\//, CERTIFICATE],
    stopsForRestore: true,
  },
  {
    unit: 'dovecot',
    description: 'IMAP, logins, and delivery to mailboxes',
    user: 'vmail',
    runs: 'always',
    ports: ['imap', 'imaps'],
    loopbackPorts: ['imaps'],
    reads: [/\/dovecot[^/]*$/, CERTIFICATE],
    stopsForRestore: true,
  },
  {
    unit: 'opendkim',
    description: 'DKIM signatures',
    user: 'opendkim',
    runs: 'always',
    reads: [/\/opendkim\.conf$/],
    stopsForRestore: true,
  },
  {
    unit: 'nginx',
    description: 'web server, and the front of SMTP, where it limits connections',
    user: 'www-data',
    runs: 'always',
    ports: ['smtp', 'http', 'https', 'submissions', 'submission'],
    loopbackPorts: ['http', 'https', 'alpnSmtp'],
    reads: [/\/nginx\.conf$/, CERTIFICATE],
  },
  {
    unit: 'unbound',
    description: 'DNS resolver',
    user: 'unbound',
    runs: 'always',
    reads: [/^\/etc\/unbound\//],
    staysOnRemoval: true,
  },
  {
    unit: 'chatmail-doveauth',
    description: 'addresses, logins and metadata for Dovecot',
    user: 'vmail',
    runs: 'always',
    sockets: [
      { name: 'auth', path: `${IN_RUN}/auth.sock`, user: 'dovecot' },
      { name: 'lastlogin', path: `${IN_RUN}/lastlogin.sock`, user: 'vmail' },
      { name: 'metadata', path: `${IN_RUN}/metadata.sock`, user: 'vmail' },
      { name: 'recipients', path: `${IN_RUN}/recipients.sock`, user: 'filtermail' },
      { name: 'invite', path: `${IN_RUN}/invite.sock`, user: 'root' },
      { name: 'census', path: `${IN_RUN}/census.sock`, user: 'chatmail-web' },
    ],
    reads: [MODEL, TURN],
    probe: { socket: 'recipients', question: 'Lshared/recipient/-\n' },
    stopsForRestore: true,
    counts: ['accounts_created', 'accounts_refused', 'expired'],
    daemon: {
      network: 'none',
      seesMail: true,
      seesLoad: true,
      writes: ['/home/vmail', '/var/lib/chatmail/push'],
      folders: ['sign-up'],
    },
  },
  {
    unit: 'chatmail-filtermail',
    description: 'filter of mail',
    user: 'filtermail',
    runs: 'always',
    sockets: [
      { name: 'outgoing', path: `${IN_QUEUE}/outgoing.sock`, user: 'postfix' },
      { name: 'incoming', path: `${IN_QUEUE}/incoming.sock`, user: 'postfix' },
    ],
    reads: [MODEL],
    probe: { socket: 'incoming', question: MILTER_OFFER },
    stopsForRestore: true,
    counts: ['mail'],
    // Keys of DKIM, from unbound.
    daemon: { network: 'loopback', seesMail: false, writes: [] },
  },
  {
    unit: 'chatmail-courier',
    description: 'mail to and from other relays by HTTPS, and push notifications',
    user: 'courier',
    runs: 'always',
    sockets: [
      { name: 'courier', path: `${IN_QUEUE}/courier.sock`, user: 'postfix' },
      { name: 'routes', path: `${IN_QUEUE}/routes.sock`, user: 'postfix', group: 'filtermail' },
      { name: 'mxdeliv', path: `${IN_RUN}/mxdeliv.sock`, user: 'www-data' },
    ],
    reads: [MODEL],
    probe: { socket: 'mxdeliv', question: 'GET / HTTP/1.0\r\n\r\n' },
    stopsForRestore: true,
    counts: ['push'],
    daemon: {
      network: 'internet',
      seesMail: false,
      writes: ['/var/lib/chatmail/push', '/var/lib/chatmail/courier'],
    },
  },
  {
    unit: 'chatmail-web',
    description: 'new addresses, and metrics, by web',
    user: 'chatmail-web',
    runs: 'on request',
    sockets: [{ name: 'web', path: `${IN_RUN}/web.sock`, user: 'www-data' }],
    reads: [MODEL],
  },
  {
    unit: 'chatmail-queue@',
    description: "length of Postfix's queues",
    user: 'a separate user',
    groups: ['postdrop'],
    runs: 'on request',
    sockets: [{ name: 'queue', path: `${IN_RUN}/queue.sock`, user: 'chatmail-web', maxProcesses: 4 }],
    reads: [],
  },
  {
    unit: 'chatmail-forget@',
    description: 'makes unbound look up a name again',
    user: 'a separate user',
    groups: ['unbound'],
    runs: 'on request',
    sockets: [{ name: 'forget', path: `${IN_RUN}/forget.sock`, user: 'filtermail', maxProcesses: 40 }],
    reads: [],
  },
  {
    unit: 'chatmail-echobot',
    description: 'bot that answers every message with its text',
    user: 'echobot',
    runs: 'if wanted',
    reads: [MODEL],
  },
  {
    unit: 'chatmail-turn',
    description: 'relays calls between apps that cannot connect directly',
    user: 'a separate user',
    runs: 'if wanted',
    ports: ['turn'],
    reads: [TURN],
  },
  {
    unit: 'chatmail-iroh',
    description: 'iroh relay for apps in real time',
    user: 'a separate user',
    runs: 'if wanted',
    loopbackPorts: ['iroh'],
    reads: [/\/iroh-relay\.toml$/],
  },
];

/** Services that are a part of every relay and run all the time. */
const ALWAYS = SERVICES.filter(({ runs }) => runs === 'always');

const nameOf = ({ unit }: Service): string => `${unit}.service`;
const isOurs = ({ unit }: Service): boolean => unit.startsWith('chatmail-');

/** Debian's servers that cannot go on without our configuration. */
export const STOPPED_ON_REMOVAL: readonly string[] = ALWAYS.filter(
  (service) => !isOurs(service) && !service.staysOnRemoval,
).map(nameOf);

/** The relay's own programs that run all the time. */
export const DAEMONS: readonly string[] = ALWAYS.filter(isOurs).map(nameOf);

/** Every long-running service, by its unit without `.service`: what an upgrade of Debian's may have to restart. */
export const LONG_RUNNING: readonly string[] = SERVICES.filter(({ unit }) => !unit.endsWith('@')).map(
  ({ unit }) => unit,
);
