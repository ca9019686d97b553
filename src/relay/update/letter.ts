import { randomBytes } from 'node:crypto';

/** An OpenPGP packet in the new format with a length of two octets (RFC 9580 §4.2.1.2). */
const packet = (tag: number, body: Uint8Array): Buffer => {
  const length = body.length - 192;
  return Buffer.concat([Buffer.from([0xc0 | tag, 192 + (length >> 8), length & 0xff]), body]);
};

const BYTES = 400;

/**
 * A message in the form of RFC 3156 §4: a session key (PKESK) and encrypted data (SEIPD, version 1), which nobody can
 * decrypt, as there is nothing in it.
 */
export const encryptedLetter = (address: string, id: string, now: Date): string => {
  const key = packet(1, randomBytes(BYTES));
  const data = packet(18, Buffer.concat([Buffer.from([1]), randomBytes(BYTES)]));
  const lines =
    Buffer.concat([key, data])
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [
    `From: <${address}>`,
    `To: <${address}>`,
    'Subject: [...]',
    `Date: ${now.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${id}@localhost>`,
    'MIME-Version: 1.0',
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
    '-----BEGIN PGP MESSAGE-----',
    '',
    ...lines,
    '-----END PGP MESSAGE-----',
    '--b--',
    '',
  ].join('\r\n');
};
