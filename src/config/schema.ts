/**
 * Every setting, declared once: name, type, default and bounds. The readers, the flags, `describe`, the
 * JSON Schema and the README's table derive from this record. Names and defaults are upstream's
 * (chatmail/relay `chatmail.ini`), so that an operator's knowledge carries over. What a setting means is
 * in `help.ts`, which must have every name of this record and does not travel into the relay.
 */

/** The value each kind has once it was read and checked. Sizes are bytes. */
export interface KindValue {
  /** A domain in lower case, or an IPv4 address. */
  domain: string;
  /** One line. */
  text: string;
  integer: number;
  /** With or without a fraction. */
  decimal: number;
  size: number;
  boolean: boolean;
  email: string;
  /** Empty, or an http or https URL. */
  url: string;
  /** An IPv4 or IPv6 address. */
  address: string;
  paths: readonly [certificate: string, key: string];
  path: string;
  /** A device below /dev, or the label of a file system. */
  volume: string;
  /** Of day, `HH:MM`. */
  time: string;
  /** Who may have an address. */
  registration: 'open' | 'invite' | 'closed';
}
export type Kind = keyof KindValue;

export interface Setting<K extends Kind = Kind> {
  readonly kind: K;
  /** What holds when it is not set; absent: nothing. */
  readonly default?: KindValue[K];
  /** Smallest and largest value of a number. */
  readonly min?: number;
  readonly max?: number;
}

const integer = (defaultValue: number, min: number, max: number) =>
  ({ kind: 'integer', default: defaultValue, min, max }) as const;
const size = (defaultValue: number, min: number, max: number) =>
  ({ kind: 'size', default: defaultValue, min, max }) as const;
const off = { kind: 'boolean', default: false } as const;
const on = { kind: 'boolean', default: true } as const;
const unset = <K extends Kind>(kind: K) => ({ kind });

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;
const TiB = 1024 * GiB;
const HUNDRED_YEARS = 36_500;

export const SETTINGS = {
  mail_domain: unset('domain'),
  max_user_send_per_minute: integer(60, 1, 100_000),
  max_user_send_burst_size: integer(10, 1, 100_000),
  max_mailbox_size: size(500 * MiB, MiB, 1024 * TiB),
  max_message_size: size(31_457_280, 64 * KiB, GiB),
  delete_mails_after: integer(20, 1, HUNDRED_YEARS),
  delete_large_after: integer(7, 1, HUNDRED_YEARS),
  delete_inactive_users_after: integer(90, 1, HUNDRED_YEARS),
  // RFC 5321 §4.5.3.1.1: a local part has at most 64 octets.
  username_min_length: integer(9, 1, 64),
  username_max_length: integer(9, 1, 64),
  password_min_length: integer(9, 1, 256),
  registration: { kind: 'registration', default: 'open' },
  max_load_1m: { kind: 'decimal', default: 5, min: 0.1, max: 100_000 },
  min_available_memory: size(200 * MiB, 0, 1024 * TiB),
  min_free_disk_space: size(GiB, 0, 1024 * TiB),
  max_imap_connections: integer(10_000, 10, 1_000_000),
  max_smtp_connections: integer(1000, 10, 1_000_000),
  tls_external_cert_and_key: unset('paths'),
  www_folder: unset('path'),
  data_volume: unset('volume'),
  disable_ipv6: off,
  deliver_to_private_addresses: off,
  postmaster: unset('email'),
  acme_email: unset('email'),
  acme_directory: unset('url'),
  ip_certificate: on,
  acme_profile: unset('text'),
  iroh_relay: unset('url'),
  turn: off,
  push_gateway: unset('url'),
  metrics_address: unset('address'),
  public_metrics: off,
  share: on,
  echobot: off,
  imap_rawlog: off,
  imap_compress: off,
  unattended_upgrades: on,
  upgrade_reboot_time: unset('time'),
  updates: on,
  // Debian's, unless it is set.
  update_hour: { kind: 'integer', min: 0, max: 23 },
  privacy_postal: unset('text'),
  privacy_mail: unset('email'),
  privacy_pdo: unset('text'),
  privacy_supervisor: unset('text'),
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof SETTINGS;
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** Settings with every default filled in. What has no default and was not set is `undefined`. */
export type Settings = {
  readonly [N in SettingName]: (typeof SETTINGS)[N] extends { default: unknown }
    ? KindValue[(typeof SETTINGS)[N]['kind']]
    : KindValue[(typeof SETTINGS)[N]['kind']] | undefined;
};

/** The setting of that name, or `undefined`: for names that come from outside. */
export const settingOf = (name: string): Setting | undefined =>
  Object.hasOwn(SETTINGS, name) ? SETTINGS[name as SettingName] : undefined;

/** The defaults, with the values given in their place. For tests and for the last step of reading. */
export const withDefaults = (values: Partial<Settings>): Settings => {
  const defaults = SETTING_NAMES.map((name) => [name, settingOf(name)?.default]);
  return { ...Object.fromEntries(defaults), ...values };
};
