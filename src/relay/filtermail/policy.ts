import { isIPv4, isIPv6 } from 'node:net';
import type { Finding } from './dkim/verification.ts';
import type { Content } from './judge.ts';
import type { Mailbox } from './mailbox.ts';

/** All that decides about a message. */
interface Facts {
  /** MAIL FROM, empty for the null sender. */
  readonly sender: string;
  /** The From field, if there is one with one mailbox. */
  readonly from: Mailbox | undefined;
  readonly content: Content;
  /** The type of the whole, e.g. `multipart/mixed`. */
  readonly type: string | undefined;
}

interface OutgoingFacts extends Facts {
  readonly subject: string | undefined;
  /** The recipient, if there is one only. */
  readonly recipient: string | undefined;
  /** A line that SMTP does not carry as it is (RFC 5321 §4.5.3.1.6). */
  readonly hasLongLine: boolean;
}

interface IncomingFacts extends Facts {
  readonly isAutoSubmitted: boolean;
  /** Whether each recipient takes messages that are not encrypted. */
  readonly isCleartextWelcome: boolean;
  /** What follows the @ in addresses of this relay. */
  readonly addressDomain: string;
}

const CLEARTEXT = '523 Encryption Needed: Invalid Unencrypted Mail';

/** Addresses are shown to those who wrote them, without what could break or lengthen the reply. */
const shown = (address: string | undefined): string => (address ?? '').replace(/[^!-~]/g, '?').slice(0, 200);

/** An Autocrypt Setup Message: old versions of Delta Chat send their key, encrypted with a code, to themselves. */
const isSetupMessage = ({ subject, recipient, from, type }: OutgoingFacts): boolean =>
  subject === 'Autocrypt Setup Message' &&
  recipient?.toLowerCase() === from?.address &&
  type === 'multipart/mixed';

/** Mail of a user of this relay. The SMTP reply that refuses it, or `undefined`. */
export const refuseOutgoing = (facts: OutgoingFacts): string | undefined => {
  const { sender, from, content, hasLongLine } = facts;
  if (!from || from.address !== sender.toLowerCase())
    return `500 Invalid FROM <${shown(from?.address)}> for <${shown(sender)}>`;
  if (hasLongLine) return '554 5.6.0 A line is longer than 998 bytes';
  return content === 'encrypted' || content === 'securejoin' || isSetupMessage(facts) ? undefined : CLEARTEXT;
};

/** Whether it is an address literal (RFC 5321 §4.1.3), which has no DNS for a key: so the sender cannot be verified. */
export const isLiteral = (domain: string): boolean => domain.startsWith('[');

const isHost = (literal: string): boolean =>
  isIPv4(literal.slice(1, -1)) || (/^\[ipv6:/i.test(literal) && isIPv6(literal.slice(6, -1)));

const isBounce = ({ isAutoSubmitted, from, type }: IncomingFacts): boolean =>
  isAutoSubmitted &&
  type === 'multipart/report' &&
  from?.address.startsWith('mailer-daemon@') === true &&
  !isLiteral(from.domain);

/** Mail from elsewhere, but for its signature. The SMTP reply that refuses it, or `undefined`. */
export const refuseIncoming = (facts: IncomingFacts): string | undefined => {
  const { content, isCleartextWelcome, from, addressDomain } = facts;
  if (content === 'clear' && !isCleartextWelcome && !isBounce(facts)) return CLEARTEXT;
  if (!from || (isLiteral(from.domain) && !isHost(from.domain))) return '554 5.7.1 Invalid FROM';
  return isLiteral(from.domain) && from.domain === addressDomain.toLowerCase()
    ? '554 5.7.1 Log in to send from this address'
    : undefined;
};

/** Mail from elsewhere, by what was found out of its signature. */
export const refuseUnsigned = (finding: Finding, hasSignature: boolean): string | undefined =>
  ({
    pass: undefined,
    fail: `554 5.7.1 No ${hasSignature ? 'valid ' : ''}DKIM signature found`,
    unknown: '451 4.7.5 DKIM key not available, try again later',
  })[finding];
