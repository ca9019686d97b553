import type { Kind, SettingName } from './schema.ts';

/** What each setting means, in one line for people. Kept apart from the schema: the relay needs no help. */
export const HELP: Readonly<Record<SettingName, string>> = {
  mail_domain:
    'domain of the addresses, or an IPv4 address for a relay without DNS; a leading _ means self-signed certificates',
  max_user_send_per_minute: 'messages one address may send per minute on average',
  max_user_send_burst_size: 'messages one address may send at once before the rate applies',
  max_mailbox_size: 'largest size of one mailbox',
  max_message_size: 'largest message accepted',
  delete_mails_after: 'days after which a message is deleted',
  delete_large_after: 'days after which a seen message over 200 kB is deleted',
  delete_inactive_users_after: 'days without a login after which an address is deleted',
  username_min_length: 'shortest name before the @ of a new address',
  username_max_length: 'longest name before the @ of a new address',
  password_min_length: 'shortest password of a new address',
  registration:
    'new addresses for everybody (`open`), only for people with an invitation (`invite`), or for nobody (`closed`)',
  max_load_1m: 'load average over one minute above which no address is created',
  min_available_memory: 'available memory below which no address is created',
  min_free_disk_space: 'free disk space below which no address is created; inodes count for 16 KiB each',
  max_imap_connections: 'IMAP connections at once',
  max_smtp_connections:
    'SMTP connections at once, limited to what fits into a quarter of the memory; one client may have a fifth of them',
  tls_external_cert_and_key: 'certificate chain and key managed outside the relay, as two absolute paths',
  www_folder: 'folder of web pages to publish instead of the default ones',
  data_volume:
    'volume for mail, keys, certificates and the queue: a device, which is formatted if it is empty, or a label',
  disable_ipv6: 'use IPv4 only',
  deliver_to_private_addresses:
    'also deliver mail to relays at private addresses, as in a test network or a LAN',
  postmaster:
    'address that mail to postmaster@ and abuse@ goes to, unencrypted mail too; unset: such mail is refused',
  acme_email: 'contact address for the certificate authority',
  acme_directory: "certificate authority, by the URL of its ACME directory; unset for Let's Encrypt",
  ip_certificate:
    'ask the certificate authority for a certificate for the IP address, if the relay has no domain and its address is public',
  acme_profile:
    'profile of the certificate (ACME profiles); unset: `shortlived` for an IP address where the authority has it; with `shortlived` the certificate of a domain is for its IP addresses too',
  iroh_relay:
    "iroh relay that apps are told to use: unset for the relay's own, empty for the app's default, or a URL",
  turn: "relay calls between apps that cannot connect directly; needs Debian's package coturn and chatmail-relay-extras",
  push_gateway:
    "service that wakes apps when a message arrives: unset for Delta Chat's, empty for none, or a URL",
  metrics_address: 'IP address where a collector can read metrics, on port 3903',
  public_metrics: 'publish the number of addresses at /metrics',
  share:
    'offer a page at /start/ that makes texts for new relays, and the packages that these fetch from this relay',
  echobot:
    'run a bot at echo@ that answers every message with its text; needs the Delta Chat core in the image',
  imap_rawlog: 'write all IMAP traffic to disk, for debugging only',
  imap_compress: 'offer IMAP COMPRESS; turns off hibernation, which saves memory and wakes clients faster',
  unattended_upgrades:
    "install Debian's security updates automatically, and restart the services they affect",
  upgrade_reboot_time: 'time of day to reboot after an update that requires it; unset: no automatic reboot',
  updates: 'install new versions of the relay automatically, from the release it came from',
  update_hour:
    'hour of the day, 0 to 23, in which all updates are installed; unset: 6; needs chatmail-relay-extras',
  privacy_postal: 'postal address shown in the privacy policy',
  privacy_mail: 'mail address shown in the privacy policy',
  privacy_pdo: 'data protection officer shown in the privacy policy',
  privacy_supervisor: 'supervising authority shown in the privacy policy',
};

/** A value to show where there is no default. */
export const EXAMPLES: Readonly<Partial<Record<SettingName, string>>> = {
  mail_domain: 'chat.example.org',
  tls_external_cert_and_key: '[/etc/ssl/relay/fullchain.pem, /etc/ssl/relay/privkey.pem]',
  www_folder: '/srv/www',
  data_volume: '/dev/disk/by-id/scsi-0HC_Volume_1234567',
  postmaster: 'you@example.org',
  acme_email: 'you@example.org',
  acme_directory: 'https://acme-staging-v02.api.letsencrypt.org/directory',
  acme_profile: 'shortlived',
  iroh_relay: 'https://iroh.example.org',
  push_gateway: 'https://notifications.delta.chat/notify',
  metrics_address: '192.0.2.1',
  upgrade_reboot_time: '04:00',
  update_hour: '4',
  privacy_postal: 'Example e.V., Example Street 1, 12345 Example Town',
  privacy_mail: 'privacy@example.org',
  privacy_pdo: 'Jane Doe, pdo@example.org',
  privacy_supervisor: 'Data Protection Commissioner of Example Land',
};

/** What each kind is called in tables. */
export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  domain: 'domain or IPv4',
  text: 'text',
  integer: 'number',
  decimal: 'number',
  size: 'size',
  boolean: 'true/false',
  email: 'e-mail address',
  url: 'URL',
  address: 'IP address',
  paths: 'two paths',
  path: 'path',
  volume: 'device or label',
  time: 'time',
  registration: 'open, invite or closed',
};
