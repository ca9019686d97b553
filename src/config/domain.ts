import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

// RFC 1035 §2.3.4: 253 characters in all; the longest name below it is `opendkim._domainkey.`.
const DOMAIN =
  /^(?=.{1,233}$)(?![^.]{64})_?([a-z\d]([a-z\d-]{0,61}[a-z\d])?\.)+(?!\d+$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/;

/** Whether it is a full domain in lower case. Its first label may start with `_`. */
export const isDomain = (text: string): boolean => DOMAIN.test(text);

/** What was written instead of a domain, as a phrase for a message. */
type NotADomain =
  | 'an unreachable address'
  | 'a malformed address'
  | 'an IPv6 address'
  | 'a URL'
  | 'an e-mail address'
  | 'a single word'
  | 'a name with a final dot'
  | 'a name that is too long'
  | 'a name with anything but a-z, 0-9, dots and inner hyphens';

const withoutBrackets = (text: string) => text.replace(/^\[(.*)]$/, '$1');

/** What `text` is if it cannot be a `mail_domain`; `undefined` if it can. */
export const notADomain = (text: string): NotADomain | undefined => {
  // This network, loopback, multicast and above (RFC 6890): no client could reach the relay there.
  if (isIPv4(text)) return /^(0|127|22[4-9]|2[3-5]\d)\./.test(text) ? 'an unreachable address' : undefined;
  if (isDomain(text)) return undefined;
  if (isIPv6(withoutBrackets(text))) return 'an IPv6 address';
  if (/^[\d.]+$/.test(text)) return 'a malformed address';
  if (text.includes('/')) return 'a URL';
  if (text.includes('@')) return 'an e-mail address';
  if (!text.includes('.')) return 'a single word';
  if (text.endsWith('.')) return 'a name with a final dot';
  if (text.length > 233 || /[^.]{64}/.test(text)) return 'a name that is too long';
  return 'a name with anything but a-z, 0-9, dots and inner hyphens';
};

/** What was probably meant: `https://Chat.Example.org/` is `chat.example.org`. */
export const similarDomain = (text: string): string | undefined => {
  const host = withoutBrackets(text.replace(/^(\w+:\/+)?([^/]*@)?/, '').replace(/[/:?#].*|\.$/g, ''));
  // `domainToASCII` also completes addresses: 192.0.2 would be 192.0.0.2.
  const candidate = /^[\d.]+$/.test(host) ? host : domainToASCII(host);
  return notADomain(candidate) ? undefined : candidate;
};
