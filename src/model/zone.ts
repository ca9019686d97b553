import { isIPv4 } from 'node:net';
import { PORTS, type Port } from './ports.ts';

/** The addresses under which the Internet reaches a relay. */
export interface Addresses {
  readonly ipv4?: string;
  readonly ipv6?: string;
}

const RECORD_TYPES = ['A', 'AAAA', 'MX', 'TXT', 'CNAME', 'SRV', 'CAA', 'PTR'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

/** A record to publish: the full name without a final dot, and the value as a web form wants it, TXT unquoted. */
export interface ZoneRecord {
  readonly name: string;
  readonly type: RecordType;
  readonly value: string;
  /** Without it the relay does not work with others; the rest is recommended. */
  readonly isRequired: boolean;
}

export interface ZoneFacts {
  readonly domain: string;
  readonly addresses: Addresses;
  /** The public half of the DKIM key, DER in base64. */
  readonly dkimKey: string;
  /** Our account at the certificate authority (RFC 8657), once there is one, and the name it goes by in CAA. */
  readonly account?: string | undefined;
  readonly issuer?: string | undefined;
}

/** What stands in a value for something that is not known; a check takes anything in its place. */
export const UNKNOWN = '<';

/** What authorities are called in CAA records, by the domain of their directories; their manuals say it. */
const ISSUERS: Readonly<Record<string, string>> = {
  'letsencrypt.org': 'letsencrypt.org',
  'zerossl.com': 'sectigo.com',
  'sectigo.com': 'sectigo.com',
  'buypass.com': 'buypass.com',
  'buypass.no': 'buypass.com',
  'pki.goog': 'pki.goog',
  'ssl.com': 'ssl.com',
  'actalis.com': 'actalis.it',
};

/**
 * The name of the authority with this directory in CAA records (RFC 8659 §4.2), until its directory has been read,
 * or where that does not say it. Of one that is not known: what its host is called below the first dot.
 */
export const issuerOf = (directory: string): string => {
  const { hostname } = new URL(directory);
  const known = Object.entries(ISSUERS).find(([domain]) => `.${hostname}`.endsWith(`.${domain}`));
  return known?.[1] ?? hostname.replace(/^[^.]+\.(?=.*\.)/, '');
};

/** The DNS records of a relay's domain. Its own reverse names are not in its zone: `reverseRecords`. */
export const zoneOf = ({ domain, addresses, dkimKey, account, issuer }: ZoneFacts): ZoneRecord[] => {
  const record =
    (isRequired: boolean) =>
    (label: string, type: RecordType, value: string): ZoneRecord => ({
      name: label + domain,
      type,
      value,
      isRequired,
    });
  const [required, recommended] = [record(true), record(false)];
  const { ipv4, ipv6 } = addresses;
  return [
    ...(ipv4 ? [required('', 'A', ipv4)] : []),
    ...(ipv6 ? [required('', 'AAAA', ipv6)] : []),
    required('', 'MX', `10 ${domain}.`),
    // MTA-STS is about certificates of an authority (RFC 8461 §4.2), which `_` renounces; so do browsers at `www`.
    ...(domain.startsWith('_')
      ? []
      : [
          // The policy never changes, and neither does its id.
          required('_mta-sts.', 'TXT', 'v=STSv1; id=1'),
          required('mta-sts.', 'CNAME', `${domain}.`),
          required('www.', 'CNAME', `${domain}.`),
        ]),
    required('opendkim._domainkey.', 'TXT', `v=DKIM1;k=rsa;p=${dkimKey};s=email;t=s`),
    recommended('', 'TXT', 'v=spf1 a ~all'),
    recommended('_dmarc.', 'TXT', 'v=DMARC1;p=reject;adkim=s;aspf=s'),
    ...(account ? [recommended('', 'CAA', `0 issue "${issuer};accounturi=${account}"`)] : []),
    recommended('_adsp._domainkey.', 'TXT', 'dkim=discardable'),
    ...Object.entries<Port>(PORTS).flatMap(([service, { port, hasSrv }]) =>
      hasSrv ? [recommended(`_${service}._tcp.`, 'SRV', `0 1 ${port} ${domain}.`)] : [],
    ),
  ];
};

/** RFC 1035 §3.5 and RFC 3596 §2.5. An IPv6 address may be compressed. */
export const reverseName = (address: string): string => {
  if (isIPv4(address)) return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string) => text.split(':').filter(Boolean);
  const [left, right] = [groups(head), groups(tail)];
  const all = [...left, ...Array(8 - left.length - right.length).fill('0'), ...right];
  const digits = all.map((group) => group.padStart(4, '0')).join('');
  return `${[...digits].reverse().join('.')}.ip6.arpa`;
};

/** What the owner of the addresses, most often the provider, should say of them. */
export const reverseRecords = ({
  domain,
  addresses,
}: Pick<ZoneFacts, 'domain' | 'addresses'>): ZoneRecord[] =>
  [addresses.ipv4, addresses.ipv6]
    .filter((address) => address !== undefined)
    .map((address) => ({ name: reverseName(address), type: 'PTR', value: `${domain}.`, isRequired: false }));
