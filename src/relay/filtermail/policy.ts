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
  readonly hasSignature: boolean;
  /** Whether there is a valid DKIM signature of the From domain. */
  readonly isSigned: boolean;
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

const isBounce = ({ isAutoSubmitted, from, type }: IncomingFacts): boolean =>
  isAutoSubmitted && type === 'multipart/report' && from?.address.startsWith('mailer-daemon@') === true;

/** Mail from elsewhere. The SMTP reply that refuses it, or `undefined`. */
export const refuseIncoming = (facts: IncomingFacts): string | undefined => {
  if (facts.content === 'clear' && !facts.isCleartextWelcome && !isBounce(facts)) return CLEARTEXT;
  if (!facts.from) return '554 5.7.1 Invalid FROM';
  // An address literal has no DNS for a key.
  if (facts.from.domain.startsWith('[') || facts.isSigned) return undefined;
  return `554 5.7.1 No ${facts.hasSignature ? 'valid ' : ''}DKIM signature found`;
};
