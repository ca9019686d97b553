/**
 * Every setting, declared once: file key, flag, type, default and meaning. The readers, the flags,
 * `describe`, the JSON Schema and the README's table derive from this record. Names and defaults are
 * upstream's (chatmail/relay `chatmail.ini`), so that an operator's knowledge carries over.
 */

/** The value each kind has once it was read and checked. Sizes are bytes. */
interface KindValue {
  domain: string;
  text: string;
  integer: number;
  size: number;
  boolean: boolean;
  email: string;
  url: string;
  paths: readonly [certificate: string, key: string];
  path: string;
  list: readonly string[];
}
export type Kind = keyof KindValue;

export interface Setting<K extends Kind = Kind> {
  readonly kind: K;
  /** What holds when it is not set; absent: nothing. */
  readonly default?: KindValue[K];
  /** Smallest and largest value of a number, or length of a text. */
  readonly min?: number;
  readonly max?: number;
  /** One line for people. */
  readonly help: string;
}

const setting = <K extends Kind, const S extends Omit<Setting<K>, 'kind' | 'help'>>(
  kind: K,
  help: string,
  rest: S,
) => ({ kind, help, ...rest });

const MiB = 1024 * 1024;

export const SETTINGS = {
  mail_domain: setting(
    'domain',
    'domain of the addresses, or an IPv4 address for a relay without DNS; a leading _ means self-signed certificates',
    {},
  ),
  max_user_send_per_minute: setting('integer', 'messages one address may send per minute on average', {
    default: 60,
    min: 1,
    max: 100_000,
  }),
  max_user_send_burst_size: setting(
    'integer',
    'messages one address may send at once before the rate applies',
    { default: 10, min: 1, max: 100_000 },
  ),
  max_mailbox_size: setting('size', 'space of one mailbox', { default: 500 * MiB, min: MiB }),
  max_message_size: setting('size', 'largest message accepted', { default: 31_457_280, min: 65_536 }),
  delete_mails_after: setting('integer', 'days after which a message is deleted', {
    default: 20,
    min: 1,
    max: 36_500,
  }),
  delete_large_after: setting('integer', 'days after which a message over 200 kB that was seen is deleted', {
    default: 7,
    min: 1,
    max: 36_500,
  }),
  delete_inactive_users_after: setting('integer', 'days without a login after which an address is deleted', {
    default: 90,
    min: 1,
    max: 36_500,
  }),
  username_min_length: setting('integer', 'shortest name before the @ of a new address', {
    default: 9,
    min: 1,
    max: 64,
  }),
  username_max_length: setting('integer', 'longest name before the @ of a new address', {
    default: 9,
    min: 1,
    max: 64,
  }),
  password_min_length: setting('integer', 'shortest password of a new address', {
    default: 9,
    min: 1,
    max: 256,
  }),
  max_load_1m: setting('integer', 'load average over one minute above which no address is created', {
    default: 5,
    min: 1,
    max: 100_000,
  }),
  min_available_memory: setting('size', 'available memory below which no address is created', {
    default: 200 * MiB,
    min: 0,
  }),
  min_free_disk_space: setting('size', 'free disk space below which no address is created', {
    default: 1024 * MiB,
    min: 0,
  }),
  max_imap_connections: setting('integer', 'IMAP connections at once', {
    default: 10_000,
    min: 10,
    max: 1_000_000,
  }),
  max_smtp_connections: setting('integer', 'SMTP connections at once; one client address may have a fifth', {
    default: 1000,
    min: 10,
    max: 100_000,
  }),
  tls_external_cert_and_key: setting(
    'paths',
    'certificate chain and key kept by somebody else, as two absolute paths',
    {},
  ),
  www_folder: setting('path', 'folder of web pages to publish in place of ours', {}),
  disable_ipv6: setting('boolean', 'use IPv4 only', { default: false }),
  acme_email: setting('email', 'address the certificate authority may write to', {}),
  iroh_relay: setting(
    'text',
    "iroh relay told to apps: unset for our own, empty for the app's default, or a URL",
    {},
  ),
  mtail_address: setting('text', 'address at which metrics are offered to a collector', {}),
  imap_rawlog: setting('boolean', 'write all IMAP traffic to disk, for debugging only', { default: false }),
  imap_compress: setting(
    'boolean',
    'offer IMAP COMPRESS; excludes hibernation, which saves memory and wakes clients faster',
    { default: false },
  ),
  privacy_postal: setting('text', 'postal address shown in the privacy policy', {}),
  privacy_mail: setting('email', 'mail address shown in the privacy policy', {}),
  privacy_pdo: setting('text', 'data protection officer shown in the privacy policy', {}),
  privacy_supervisor: setting('text', 'supervising authority shown in the privacy policy', {}),
} as const;

export type SettingName = keyof typeof SETTINGS;

/** Settings with every default filled in. What has no default and was not set is `undefined`. */
export type Settings = {
  readonly [N in SettingName]: (typeof SETTINGS)[N] extends { default: unknown }
    ? KindValue[(typeof SETTINGS)[N]['kind']]
    : KindValue[(typeof SETTINGS)[N]['kind']] | undefined;
};

/** The defaults, with the values given in their place. For tests and for the last step of reading. */
export const withDefaults = (values: Partial<Settings>): Settings => {
  const defaults = Object.entries(SETTINGS).map(([name, s]) => [
    name,
    'default' in s ? s.default : undefined,
  ]);
  return { ...Object.fromEntries(defaults), ...values };
};
