import type { Settings } from '../config/schema.ts';

/** How many connections a relay takes at once, and how many of them one client: an address, or an IPv6 network. */
export interface Limits {
  /** Of IMAP, with some for those who have not logged in. */
  readonly loginClients: number;
  /** Of nginx's own. */
  readonly nginxConnections: number;
  /** At any port of nginx's. */
  readonly connectionsPerClient: number;
  /** Of SMTP, at all ports together: each is a process. */
  readonly smtpConnections: number;
  readonly smtpConnectionsPerClient: number;
  /** Messages that arrive by HTTPS: each is a process of Postfix's, too. */
  readonly mxdelivConnections: number;
  readonly mxdelivConnectionsPerClient: number;
  /** In one mailbox, whatever their size. */
  readonly mailboxMessages: number;
}

/** mke2fs.conf(5): a file system has an inode for so many bytes, so a file takes as much of it at least. */
export const BYTES_PER_INODE = 16_384;

const MiB = 1024 * 1024;
/** An idle smtpd(8) of Postfix 3.7 with TLS has 1.9 MB to itself, half of it its libraries' tables. */
const SMTPD = 2 * MiB;
/** A machine gives SMTP a quarter of its memory, and what arrives by HTTPS half as much. */
const SMTP_SHARE = 1 / 4;
/** Mail has to pass even where memory is little, or not known. */
const MIN_SMTP = 20;

/** As many as systemd lets a service open (DefaultLimitNOFILE= in systemd-system.conf(5)). */
const MAX_FILES = 524_288;
/** nginx counts a client of HTTPS three times: from outside, to its own port of HTTP, and at that. */
const NGINX_PER_CLIENT = 3;

const fifth = (all: number): number => Math.ceil(all / 5);

/** The settings are upper bounds; `memory` in bytes is what the machine has. */
export const limitsOf = (
  { max_imap_connections, max_smtp_connections, max_mailbox_size }: Settings,
  memory: number,
): Limits => {
  const loginClients = max_imap_connections + 1000;
  const affordable = Math.max(MIN_SMTP, Math.floor((memory * SMTP_SHARE) / SMTPD));
  const smtpConnections = Math.min(max_smtp_connections, affordable);
  const mxdelivConnections = Math.ceil(smtpConnections / 2);
  return {
    loginClients,
    nginxConnections: Math.min(NGINX_PER_CLIENT * loginClients, MAX_FILES),
    connectionsPerClient: fifth(loginClients),
    smtpConnections,
    smtpConnectionsPerClient: fifth(smtpConnections),
    mxdelivConnections,
    mxdelivConnectionsPerClient: fifth(mxdelivConnections),
    mailboxMessages: Math.floor(max_mailbox_size / BYTES_PER_INODE),
  };
};
