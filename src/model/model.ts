import { isIPv4 } from 'node:net';
import type { Settings } from '../config/schema.ts';
import { isPublic } from './is-public.ts';
import { type Limits, limitsOf } from './limits.ts';

/** What follows from the settings, for the templates and the relay's services. Pure data, kept as JSON. */
export interface Model {
  readonly settings: Settings;
  /** `mail_domain`: a domain, or an IPv4 address. Names the folder below `/home/vmail/mail`. */
  readonly domain: string;
  /** What follows the @ in an address: the domain, or `[192.0.2.1]` (RFC 5321 §4.1.3). */
  readonly addressDomain: string;
  /** The host to connect to, as it stands in a URL: the domain, or the bare IPv4 address. */
  readonly host: string;
  readonly isIpOnly: boolean;
  /**
   * The relay signs its certificate itself: for a domain that starts with `_`, and for an address until an authority
   * certifies it.
   */
  readonly isSelfSigned: boolean;
  /** An authority is asked for the domain's certificate; until it gives one, a placeholder stands in its place. */
  readonly isCertified: boolean;
  /** An authority is asked for a certificate for the address (RFC 8738). */
  readonly isAddressCertified: boolean;
  /** The authority to ask, by the URL of its directory (RFC 8555 §7.1.1). */
  readonly acmeDirectory: string;
  /** Certificate chain and key in PEM, where Postfix, Dovecot and nginx read them. */
  readonly certificate: string;
  readonly certificateKey: string;
  /** Where the pages are published from. */
  readonly wwwFolder: string;
  /** The iroh relay that is announced to apps, if any. */
  readonly irohRelay: string | undefined;
  /** It is a program of this machine. */
  readonly isIrohLocal: boolean;
  /** What it takes of its clients at once. */
  readonly limits: Limits;
}

/** Where things are in a relay. Upstream's places where it has one, so that state moves with `tar`. */
export const PATHS = {
  mail: '/home/vmail/mail',
  dkimKey: '/etc/dkimkeys/opendkim.private',
  noCreate: '/etc/chatmail-nocreate',
  settings: '/etc/chatmail/chatmail.yaml',
  /** The resolved model, written by `chatmail configure`, read by the services. */
  model: '/etc/chatmail/relay.json',
  state: '/var/lib/chatmail/state.json',
  www: '/var/www/chatmail',
  /** acmetool's state; below `live` are the certificates in use. */
  acme: '/var/lib/acme',
  /** A link to where `fullchain` and `privkey` are now, where an authority is asked for them. */
  tls: '/var/lib/chatmail/tls',
  /** Written by doveauth, worked off by the courier. */
  pushQueue: '/var/lib/chatmail/push',
  /** coturn's, with the secret of its credentials. */
  turn: '/etc/chatmail/turnserver.conf',
  /** Written by doveauth: who was invited, and which addresses are promised. */
  invitations: '/home/vmail/mail/invitations',
  /** What is known of the clock by which mail expires. */
  expireClock: '/var/lib/chatmail/expire/clock.json',
  /** Why there are no new addresses, for the home page; only while it is so. */
  closedNotice: '/run/chatmail/sign-up/closed.html',
  /** Why the archive of the relay's release has no new versions for it; only while it is so. */
  archiveProblem: '/var/lib/chatmail/archive/problem',
  /** What an operator should know of the last update; only where there is something. */
  updateProblem: '/var/lib/chatmail/update-problem',
  /** The setup page, written again with every change of the state. */
  setup: '/run/chatmail/www',
} as const;

/** The echo bot: a program and the Delta Chat core, which are in an image only if it is built with them. */
export const ECHOBOT = {
  program: '/usr/lib/chatmail/echobot',
  core: '/usr/lib/chatmail/deltachat-rpc-server',
  folder: '/var/lib/chatmail-echobot',
  password: '/etc/chatmail/echobot-password',
  /** The link to get in contact with it, while it runs. */
  invite: '/run/chatmail/echobot/invite',
} as const;

const LETS_ENCRYPT = 'https://acme-v02.api.letsencrypt.org/directory';

/**
 * Derives the model. `settings.mail_domain` must be settled by then; `hasIroh`: the machine has a program for an
 * iroh relay; `memory`: how much it has, in bytes; `hasAddressCertificate`: an authority has certified its address.
 */
export const modelOf = (
  settings: Settings & { readonly mail_domain: string },
  { hasIroh = false, memory = Number.POSITIVE_INFINITY, hasAddressCertificate = false } = {},
): Model => {
  const domain = settings.mail_domain;
  const isIpOnly = isIPv4(domain);
  const isIrohLocal = hasIroh && settings.iroh_relay === undefined;
  const external = settings.tls_external_cert_and_key;
  const isCertified = external === undefined && !isIpOnly && !domain.startsWith('_');
  // A private authority may accept private addresses.
  const isReachable = isIpOnly && (isPublic(domain) || Boolean(settings.acme_directory));
  const isAddressCertified = external === undefined && isReachable && settings.ip_certificate;
  const isSelfSigned =
    external === undefined && !isCertified && !(isAddressCertified && hasAddressCertificate);
  const own: typeof external =
    isCertified || isAddressCertified
      ? [`${PATHS.tls}/fullchain`, `${PATHS.tls}/privkey`]
      : ['/etc/ssl/certs/mailserver.pem', '/etc/ssl/private/mailserver.key'];
  const [certificate, certificateKey] = external ?? own;
  return {
    settings,
    domain,
    addressDomain: isIpOnly ? `[${domain}]` : domain,
    host: domain,
    isIpOnly,
    isSelfSigned,
    isCertified,
    isAddressCertified,
    acmeDirectory: settings.acme_directory || LETS_ENCRYPT,
    certificate,
    certificateKey,
    wwwFolder: settings.www_folder ?? PATHS.www,
    irohRelay: isIrohLocal ? `https://${domain}` : settings.iroh_relay || undefined,
    isIrohLocal,
    limits: limitsOf(settings, memory),
  };
};
