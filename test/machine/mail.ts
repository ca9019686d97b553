import { randomBytes } from 'node:crypto';
import { createMessage, encrypt } from 'openpgp';

export interface Draft {
  readonly from: string;
  readonly to: string;
  readonly subject?: string;
  /** Further header lines, in front of the others. */
  readonly headers?: readonly string[];
  /** What is encrypted, if it is not just a greeting. */
  readonly content?: Uint8Array;
  /** Bytes before encryption, for a large one. */
  readonly size?: number;
}

const headerOf = ({ from, to, subject = '[...]', headers = [] }: Draft): string[] => [
  ...headers,
  `From: <${from}>`,
  `To: <${to}>`,
  `Subject: ${subject}`,
  `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
  `Message-ID: <${crypto.randomUUID()}@localhost>`,
  'MIME-Version: 1.0',
];

/** A message that anybody can read. */
export const plainMail = (draft: Draft): string =>
  [...headerOf(draft), 'Content-Type: text/plain; charset=utf-8', '', 'Hello.', ''].join('\r\n');

/** What tells in clear that a message was not delivered (RFC 3462). */
export const bounceMail = (draft: Draft): string =>
  [
    ...headerOf(draft),
    'Auto-Submitted: auto-replied',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'No such user.',
    '--b--',
    '',
  ].join('\r\n');

/** A message in the form of RFC 3156 §4, encrypted by OpenPGP.js to a password. */
export const encryptedMail = async (draft: Draft): Promise<string> => {
  const greeting = Buffer.from('Content-Type: text/plain\r\n\r\nHello.\r\n');
  // What cannot be compressed
  const binary = Buffer.concat([draft.content ?? greeting, randomBytes(draft.size ?? 0)]);
  const message = await createMessage({ binary });
  const armored = await encrypt({ message, passwords: ['secret'], format: 'armored' });
  return [
    ...headerOf(draft),
    'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"',
    '',
    '--b',
    'Content-Type: application/pgp-encrypted',
    '',
    'Version: 1',
    '',
    '--b',
    'Content-Type: application/octet-stream; name="encrypted.asc"',
    '',
    ...armored.split(/\r?\n/),
    '--b--',
    '',
  ].join('\r\n');
};
