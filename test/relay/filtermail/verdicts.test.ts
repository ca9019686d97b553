import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ARMOUR,
  armoured,
  codeOf,
  crlf,
  ENCRYPTED,
  encrypted,
  encryptedBody,
  incoming,
  mail,
  outgoing,
  packets,
  pass,
  signed,
} from './mail.ts';

const { short, medium, long, partial, old, indeterminate } = packets;
const key = short(1);
const data = short(18);

type Case = readonly [why: string, message: string, outgoing: string, incoming: string];

const withArmour = (armour: string) => encrypted({ armour });
const withPackets = (...all: readonly (readonly number[])[]) => withArmour(armoured(all.flat()));
const withType = (type: string, body = encryptedBody()) => mail(body, ['Content-Type', type]);
const from = (...values: readonly string[]) =>
  encrypted({}, ...values.map((value): readonly [string, string] => ['From', value]));
const base64Lines = (text: string) =>
  Buffer.from(text, 'latin1').toString('base64').replace(/.{76}/g, '$&\n');
const inBase64 = 'Content-Type: application/octet-stream\nContent-Transfer-Encoding: BASE64\n';
const inQuoted = 'Content-Type: application/octet-stream\nContent-Transfer-Encoding: quoted-printable\n';
const quoted = (text: string) => text.replaceAll('=', '=3D').replaceAll('\n', '=0A=\n');
const request = 'secure-join: vc-request';
const rewrapped = (armour: string, width: number) =>
  armour.replace(/(?<=\n\n).*(?=\n=)/s, (lines) =>
    lines.replaceAll('\n', '').replace(new RegExp(`.{${width}}(?=.)`, 'g'), '$&\n'),
  );
const inTwoPieces = armoured([...key, ...data]).replace(/\n\n.*\n(?==)/s, () => {
  const bytes = Buffer.from([...key, ...short(18, 101)]);
  return `\n\n${bytes.toString('base64', 0, 151)}\n${bytes.toString('base64', 151)}\n`;
});
const joining = (text: string, ...fields: readonly (readonly [string, string])[]) =>
  mail(
    `--b0\nContent-Type: text/plain; charset=utf-8\n\n${text}\n--b0--\n`,
    ['Content-Type', 'multipart/mixed; boundary=b0'],
    ...fields,
  );
const vc = ['Secure-Join', 'vc-request'] as const;
const report = 'multipart/report; report-type=delivery-status; boundary=b0';
const bounce = (...fields: readonly (readonly [string, string])[]) =>
  mail('--b0\n\nNo such user\n--b0--\n', ...fields);
const daemon = ['From', 'MAILER-DAEMON@example.org (Mail Delivery System)'] as const;
const automatic = ['Auto-Submitted', 'auto-replied'] as const;

// biome-ignore format: one line per case
const ENCRYPTION: readonly Case[] = [
  ['an ordinary encrypted message', encrypted(), 'ok', 'ok'],
  ['plain text', mail('Hello\n'), '523', '523'],
  ['no body at all', mail('', ENCRYPTED), '523', '523'],
  ['type in odd case', withType('MULTIPART/Encrypted; Boundary=b0'), 'ok', 'ok'],
  ['types of parts in odd case', encrypted({ first: 'CONTENT-type: Application/PGP-encrypted\n' }), 'ok', 'ok'],
  ['a folded Content-Type', withType('multipart/encrypted;\n\tboundary="b0";\n protocol="application/pgp-encrypted"'), 'ok', 'ok'],
  ['a type without space after the semicolon', withType('multipart/encrypted;boundary=b0;'), 'ok', 'ok'],
  ['a boundary of special characters', encrypted({ boundary: '=_(b):0?' }, ['Content-Type', 'multipart/encrypted; boundary="=_(b):0?"']), 'ok', 'ok'],
  ['white space after a boundary', encrypted({ close: '--b0-- \t\n' }), 'ok', 'ok'],
  ['part headers with a description', encrypted({ second: 'Content-Description: OpenPGP encrypted message\nContent-Disposition: inline;\n filename="e.asc"\nContent-Type: application/octet-stream\n', }), 'ok', 'ok'],
  ['a preamble, as Enigmail wrote', encrypted({ preamble: 'This is an OpenPGP/MIME encrypted message (RFC 2440 and 3156)\n' }), 'ok', 'ok'],
  ['such a preamble spelled otherwise', encrypted({ preamble: 'This is an multipart message\n' }), '523', '523'],
  ['other numbers in such a preamble', encrypted({ preamble: 'This is an OpenPGP/MIME encrypted message (RFC 4880 and 7156)\n' }), '523', '523'],
  ['a preamble, as Thunderbird writes', encrypted({ preamble: 'This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)\n' }), 'ok', 'ok'],
  ['an empty epilogue', encrypted({ epilogue: '\n\n' }), 'ok', 'ok'],
  ['a preamble, as many write', encrypted({ preamble: 'This is a multi-part message in MIME format.\n\n' }), 'ok', 'ok'],
  ['a line of spaces in preamble and epilogue', encrypted({ preamble: ' \t\n', epilogue: ' \n' }), 'ok', 'ok'],
  ['a word in the preamble', encrypted({ preamble: 'Hello\n' }), '523', '523'],
  ['a word behind an honest preamble', encrypted({ preamble: 'This is a multi-part message in MIME format. Hello\n' }), '523', '523'],
  ['a part in the preamble, behind a lone CR', encrypted({ preamble: '\r--b0\r\rHello\n' }), '523', '523'],
  ['a part in the preamble, with another boundary', encrypted({ preamble: '--b1\n\nHello\n--b1--\n' }), '523', '523'],
  ['the footer of a mailing list', encrypted({ epilogue: '____\nlist@example.org\n' }), '523', '523'],
  ['8-bit text in the epilogue', encrypted({ epilogue: 'H\xe4llo\n' }), '523', '523'],
  ['HTML in the epilogue', encrypted({ epilogue: '<p>Hello</p>\n' }), '523', '523'],
  ['Version with spaces around', encrypted({ version: '\n Version: 1 \n\n' }), 'ok', 'ok'],
  ['a letter hidden in the preamble', encrypted({ preamble: 'buy this\n'.repeat(1000) }), '523', '523'],
  ['a letter hidden in the epilogue', encrypted({ epilogue: 'buy this\n'.repeat(1000) }), '523', '523'],
  ['a letter hidden in the headers of a part', encrypted({ second: `Content-Type: application/octet-stream\n${'X-A: buy this\n'.repeat(1000)}` }), '523', '523'],
  ['no close delimiter', encrypted({ close: '' }), '523', '523'],
  ['a third part', encrypted({ close: '--b0\nContent-Type: text/plain\n\nHi\n--b0--\n' }), '523', '523'],
  ['a part after the close delimiter', encrypted({ epilogue: '--b0\nContent-Type: text/plain\n\nHi\n--b0--\n' }), '523', '523'],
  ['one part only', mail('--b0\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b0--\n', ENCRYPTED), '523', '523'],
  ['the parts in reverse', mail(`--b0\nContent-Type: application/octet-stream\n\n${ARMOUR}\n--b0\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b0--\n`, ENCRYPTED), '523', '523'],
  ['another boundary than announced', encrypted({ boundary: 'b1' }), '523', '523'],
  ['a boundary that only begins alike', encrypted({ close: '--b0x\n\nHi\n--b0--\n' }), '523', '523'],
  ['a boundary in another case', withType('multipart/encrypted; boundary="B0"'), '523', '523'],
  ['a boundary with more behind it', encrypted({ close: '--b0-- Hi\n--b0--\n' }), '523', '523'],
  ['a boundary between the parts with more behind it', mail(encryptedBody().replace('\n--b0\n', '\n--b0x\n'), ENCRYPTED), '523', '523'],
  ['two close delimiters', encrypted({ epilogue: '--b0--\n' }), '523', '523'],
  ['an empty first part', mail(encryptedBody().replace(/(--b0\n).*?\1/s, '$1$1'), ENCRYPTED), '523', '523'],
  ['no boundary parameter', withType('multipart/encrypted; protocol="application/pgp-encrypted"'), '523', '523'],
  ['an empty boundary', withType('multipart/encrypted; boundary=""'), '523', '523'],
  ['a boundary of 70 characters', encrypted({ boundary: 'b'.repeat(70) }, ['Content-Type', `multipart/encrypted; boundary=${'b'.repeat(70)}`]), 'ok', 'ok'],
  ['a boundary of 71 characters', encrypted({ boundary: 'b'.repeat(71) }, ['Content-Type', `multipart/encrypted; boundary=${'b'.repeat(71)}`]), '523', '523'],
  ['a boundary that ends in a space', encrypted({ boundary: 'b ' }, ['Content-Type', 'multipart/encrypted; boundary="b "']), '523', '523'],
  ['a boundary of 8-bit characters', encrypted({ boundary: 'b\xe4' }, ['Content-Type', 'multipart/encrypted; boundary="b\xe4"']), '523', '523'],
  ['a boundary within another parameter', withType('multipart/encrypted; boundary=b0; x="; boundary=b1; y"'), '523', '523'],
  ['a boundary in an encoded parameter', withType('multipart/encrypted; boundary=b0; x==?utf-8?q?=3Bboundary=3Db1?='), '523', '523'],
  ['a boundary parameter of odd case', withType('multipart/encrypted; BOUNDARY=b0'), 'ok', 'ok'],
  ['spaces around the equals sign', withType('multipart/encrypted; boundary = b0'), 'ok', 'ok'],
  ['two semicolons', withType('multipart/encrypted;; boundary=b0'), 'ok', 'ok'],
  ['no semicolon', withType('multipart/encrypted boundary=b0'), '523', '523'],
  ['spaces around the slash', withType('multipart / encrypted; boundary=b0'), '523', '523'],
  ['a type that begins alike', withType('multipart/encrypted-not; boundary=b0'), '523', '523'],
  ['a quotation that does not end', withType('multipart/encrypted; boundary="b0'), '523', '523'],
  ['a parameter that begins like boundary', withType('multipart/encrypted; boundaryy=b0'), '523', '523'],
  ['two boundary parameters', withType('multipart/encrypted; boundary=b0; boundary=b1'), '523', '523'],
  ['a continued boundary (RFC 2231)', withType('multipart/encrypted; boundary*0=b; boundary*1=0'), '523', '523'],
  ['an encoded boundary (RFC 2231)', withType("multipart/encrypted; boundary*=us-ascii''b0"), '523', '523'],
  ['a boundary said to be encoded', withType('multipart/encrypted; boundary*=b0'), '523', '523'],
  ['a quoted pair in the boundary', withType('multipart/encrypted; boundary="b\\0"'), '523', '523'],
  ['a comment in the type', withType('multipart/encrypted (really); boundary=b0'), '523', '523'],
  ['an encoded word as type', withType('=?utf-8?q?multipart/encrypted?=; boundary=b0'), '523', '523'],
  ['two Content-Types', encrypted({}, ENCRYPTED, ['Content-Type', 'text/plain']), '523', '523'],
  ['two Content-Types that agree', encrypted({}, ENCRYPTED, ENCRYPTED), '523', '523'],
  ['two Content-Types, one with a space before the colon', encrypted({}, ENCRYPTED, ['Content-Type ', 'text/plain']), '523', '523'],
  ['two Content-Types, one in odd case', encrypted({}, ['CONTENT-TYPE', 'text/plain'], ENCRYPTED), '523', '523'],
  ['no Content-Type', mail(encryptedBody()), '523', '523'],
  ['no MIME-Version', encrypted().replace(/^MIME-Version: .*\r\n/m, ''), 'ok', 'ok'],
  ['a header of 100 kB', encrypted({}, ['X-Long', 'y'.repeat(100_000)]), '554', 'ok'],
  ['two thousand headers', encrypted({}, ...Array.from({ length: 2000 }, (_, i): readonly [string, string] => [`X-${i}`, 'y'])), 'ok', 'ok'],
  ['two hundred of a header that is to be removed', encrypted({}, ...Array.from({ length: 200 }, () => ['X-Mailer', 'y'] as const)), '554', 'ok'],
  ['8-bit headers', encrypted({}, ['Subject', 'H\xc3\xa4'], ['X-A', '\xff\xfe']), 'ok', 'ok'],
  ["Delta Chat's own headers", encrypted({}, ['Chat-Version', '1.0'], ['Autocrypt', 'addr=alice@example.org; keydata=AAAA'], ['Chat-Is-Post-Message', '1']), 'ok', 'ok'],
  ['plain text with the headers of Delta Chat', mail('Hello\n', ['Chat-Version', '1.0'], ['Autocrypt', 'prefer-encrypt=mutual']), '523', '523'],
  ['HTML', mail('<p>Hello</p>\n', ['Content-Type', 'text/html']), '523', '523'],
  ['armour in plain text', mail(ARMOUR, ['Content-Type', 'text/plain']), '523', '523'],
  ['armour without a multipart', mail(ARMOUR, ['Content-Type', 'application/pgp-encrypted']), '523', '523'],
  ['S/MIME', mail(base64Lines('x'), ['Content-Type', 'application/pkcs7-mime; smime-type=enveloped-data']), '523', '523'],
  ['a Microsoft container', mail('x\n', ['Content-Type', 'application/ms-tnef']), '523', '523'],
  ['a pointer to text elsewhere', mail('\n', ['Content-Type', 'message/external-body; access-type=url; url="http://example.org/"']), '523', '523'],
  ['a fragment', mail(encryptedBody(), ['Content-Type', 'message/partial; id=a; number=1; total=2']), '523', '523'],
  ['a forwarded encrypted message', mail(`${ENCRYPTED.join(': ')}\n\n${encryptedBody()}`, ['Content-Type', 'message/rfc822']), '523', '523'],
  ['multipart/signed around it', mail(`--b1\n${ENCRYPTED.join(': ')}\n\n${encryptedBody()}\n--b1\nContent-Type: application/pgp-signature\n\nx\n--b1--\n`, ['Content-Type', 'multipart/signed; boundary=b1']), '523', '523'],
  ['multipart/alternative with text', mail(`--b1\nContent-Type: text/plain\n\nHello\n--b1\n${ENCRYPTED.join(': ')}\n\n${encryptedBody()}\n--b1--\n`, ['Content-Type', 'multipart/alternative; boundary=b1']), '523', '523'],
  ['three multiparts deep', mail(`--b2\nContent-Type: multipart/mixed; boundary=b1\n\n--b1\n${ENCRYPTED.join(': ')}\n\n${encryptedBody()}\n--b1--\n--b2--\n`, ['Content-Type', 'multipart/mixed; boundary=b2']), '523', '523'],
  ['multipart/encrypted inside multipart/encrypted', encrypted({ second: `${ENCRYPTED.join(': ')}\n`, armour: encryptedBody() }), '523', '523'],
  ['text between the parts', encrypted({ version: 'Version: 1\n\n--b0\nContent-Type: text/plain\n\nHello\n' }), '523', '523'],
  ['a Content-Type of 100 kB', withType(`multipart/encrypted; boundary=b0; x=${'y'.repeat(100_000)}`), '554', '523'],
  ['multipart/mixed around the same parts', withType('multipart/mixed; boundary=b0'), '523', '523'],
  ['multipart/encrypted inside multipart/mixed', mail(`--b1\nContent-Type: multipart/encrypted; boundary=b0\n\n${encryptedBody()}\n--b1--\n`, ['Content-Type', 'multipart/mixed; boundary=b1']), '523', '523'],
  ['multipart/mixed inside multipart/encrypted', encrypted({ second: 'Content-Type: multipart/mixed; boundary=b1\n' }), '523', '523'],
  ['a second part of another type', encrypted({ second: 'Content-Type: application/pgp-encrypted\n' }), '523', '523'],
  ['a second part disguised as an image', encrypted({ second: 'Content-Type: image/png; name="encrypted.asc"\n' }), '523', '523'],
  ['a second part without type', encrypted({ second: '' }), '523', '523'],
  ['a name that looks like HTML', encrypted({ second: 'Content-Type: application/octet-stream; name="invoice.html"\nContent-Disposition: attachment; filename=invoice.html\n' }), 'ok', 'ok'],
  ['an encoded name', encrypted({ second: 'Content-Type: application/octet-stream; name="=?utf-8?q?a=3Bb?="\n' }), 'ok', 'ok'],
  ['a second part of a forwarded message', encrypted({ second: 'Content-Type: message/rfc822\n' }), '523', '523'],
  ['a first part without type', encrypted({ first: '' }), '523', '523'],
  ['no blank line behind the headers of a part', mail(encryptedBody().replace('encrypted.asc"\n\n', 'encrypted.asc"\n'), ENCRYPTED), '523', '523'],
  ['a lone CR in the headers of a part', encrypted({ second: 'Content-Type: application/octet-stream\rContent-Type: text/html\n' }), '523', '523'],
  ['a space before the colon in a part', encrypted({ second: 'Content-Type : application/octet-stream\n' }), 'ok', 'ok'],
  ['a folded header in a part', encrypted({ second: 'Content-Type:\n application/octet-stream\n' }), 'ok', 'ok'],
  ['a part that begins with a folded line', encrypted({ second: ' x\nContent-Type: application/octet-stream\n' }), '523', '523'],
  ['8-bit names of headers in a part', encrypted({ second: 'Content-Type: application/octet-stream\nX-\xe9: y\n' }), '523', '523'],
  ['a part with two types', encrypted({ second: 'Content-Type: application/octet-stream\nContent-Type: text/plain\n' }), '523', '523'],
  ['a part with text in its headers', encrypted({ second: 'Content-Type: application/octet-stream\nbuy this\n' }), '523', '523'],
  ['a part whose headers end in white space', encrypted({ second: 'Content-Type: application/octet-stream\n \n' }), '523', '523'],
  ['a boundary in the headers of a part', encrypted({ second: 'Content-Type: application/octet-stream\n--b0\n' }), '523', '523'],
  ['another version', encrypted({ version: 'Version: 2\n' }), '523', '523'],
  ['text beside the version', encrypted({ version: 'Version: 1\nHello\n' }), '523', '523'],
  ['text beside the version, behind a lone CR', encrypted({ version: 'Version: 1\rHello\n' }), '523', '523'],
  ['text beside the version, behind many spaces', encrypted({ version: `Version: 1${' '.repeat(200)}Hello\n` }), '523', '523'],
  ['text before the version', encrypted({ version: 'Hello\nVersion: 1\n' }), '523', '523'],
  ['version 10', encrypted({ version: 'Version: 10\n' }), '523', '523'],
  ['the version in base64', encrypted({ first: 'Content-Type: application/pgp-encrypted\nContent-Transfer-Encoding: base64\n', version: base64Lines('Version: 1\r\n') }), 'ok', 'ok'],
  ['text in base64 as version', encrypted({ first: 'Content-Type: application/pgp-encrypted\nContent-Transfer-Encoding: base64\n', version: base64Lines('Hello\r\n') }), '523', '523'],
  ['a lone CR in base64', encrypted({ first: 'Content-Type: application/pgp-encrypted\nContent-Transfer-Encoding: base64\n', version: base64Lines('Version: 1\rHello') }), '523', '523'],
  ['the version in quoted-printable', encrypted({ first: 'Content-Type: application/pgp-encrypted\nContent-Transfer-Encoding: quoted-printable\n', version: 'Version:=20=\n1\n' }), 'ok', 'ok'],
  ['the whole in base64', encrypted({}, ['Content-Transfer-Encoding', 'base64']), '523', '523'],
  ['the whole in quoted-printable', encrypted({}, ['Content-Transfer-Encoding', 'quoted-printable']), '523', '523'],
  ['the whole in an unknown encoding', encrypted({}, ['Content-Transfer-Encoding', 'x-uuencode']), '523', '523'],
  ['an encoding with a comment', encrypted({ second: 'Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64 (really)\n', armour: base64Lines(ARMOUR) }), '523', '523'],
  ['an encoding as encoded word', encrypted({ second: 'Content-Type: application/octet-stream\nContent-Transfer-Encoding: =?utf-8?q?base64?=\n', armour: base64Lines(ARMOUR) }), '523', '523'],
  ['packets in base64 without armour', encrypted({ second: inBase64, armour: `${Buffer.from([...key, ...data]).toString('base64')}\n` }), '523', '523'],
  ['packets in binary without armour', encrypted({ second: 'Content-Type: application/octet-stream\nContent-Transfer-Encoding: binary\n', armour: Buffer.from([...key, ...data]).toString('latin1') }), '523', '523'],
  ['base64 with text between its lines', encrypted({ second: inBase64, armour: base64Lines(ARMOUR).replace('\n', '\nHello Bob!\n') }), '523', '523'],
  ['quoted-printable that hides text behind a soft line break', encrypted({ second: inQuoted, armour: `${quoted(ARMOUR)}Hello=\n` }), '523', '523'],
  ['the whole in 8bit', encrypted({}, ['Content-Transfer-Encoding', '8bit']), 'ok', 'ok'],
  ['the whole in two encodings', encrypted({}, ['Content-Transfer-Encoding', '7bit'], ['Content-Transfer-Encoding', 'base64']), '523', '523'],
  ['a part in two encodings', encrypted({ second: `Content-Transfer-Encoding: 7bit\n${inQuoted}` }), '523', '523'],
  ['armour in base64', encrypted({ second: inBase64, armour: base64Lines(ARMOUR) }), 'ok', 'ok'],
  ['armour in quoted-printable', encrypted({ second: inQuoted, armour: quoted(ARMOUR) }), 'ok', 'ok'],
  ['text in base64', encrypted({ second: inBase64, armour: base64Lines('Hello\n') }), '523', '523'],
  ['text in quoted-printable', encrypted({ second: inQuoted, armour: quoted('Hello\n') }), '523', '523'],
  ['broken quoted-printable', encrypted({ second: inQuoted, armour: ARMOUR.replace('=HB', '=ZZ') }), '523', '523'],
  ['quoted-printable with half a line feed', encrypted({ second: inQuoted, armour: quoted(ARMOUR).replace('=0A', '=AG') }), '523', '523'],
  ['base64 that goes on after its padding', encrypted({ second: inBase64, armour: `${Buffer.from(`${ARMOUR}\n\n`.slice(0, 3 * Math.floor(ARMOUR.length / 3) + 1)).toString('base64')}QQ==\n`, }), '554', '523'],
  ['uuencode', encrypted({ second: 'Content-Type: application/octet-stream\nContent-Transfer-Encoding: x-uuencode\n' }), '523', '523'],
  ['text that claims to be armour', withArmour('-----BEGIN PGP MESSAGE-----\n\nHello\n-----END PGP MESSAGE-----\n'), '523', '523'],
  ['an attachment that is no armour', withArmour('\x89PNG\r\n\x1a\n'), '523', '523'],
  ['armour of 8-bit characters', withArmour(ARMOUR.replace(/[a-z]/, '\xe9')), '523', '523'],
  ['armour of a signed message', withArmour(ARMOUR.replaceAll('PGP MESSAGE', 'PGP SIGNED MESSAGE')), '523', '523'],
  ['armour of a key', withArmour(ARMOUR.replaceAll('PGP MESSAGE', 'PGP PUBLIC KEY BLOCK')), '523', '523'],
  ['text before the armour', withArmour(`Hello\n${ARMOUR}`), '523', '523'],
  ['text before the armour, on its line', withArmour(`Hello ${ARMOUR}`), '523', '523'],
  ['text behind the armour, on its line', withArmour(ARMOUR.replace(/\n$/, ' Hello\n')), '523', '523'],
  ['text behind the armour, after a lone CR', withArmour(ARMOUR.replace(/\n$/, '\rHello\n')), '523', '523'],
  ['a NUL in the armour', withArmour(ARMOUR.replace(/(?<=\n\n....)/, '\0')), '523', '523'],
  ['a lone CR in the armour', withArmour(ARMOUR.replace(/(?<=\n\n....)/, '\r')), '523', '523'],
  ['spaces within the lines of armour', withArmour(ARMOUR.replace(/(?<=\n\n....)/, ' ')), '523', '523'],
  ['an empty line within the armour', withArmour(rewrapped(ARMOUR, 64).replace(/(?<=\n\n.{64}\n)/, '\n')), 'ok', 'ok'],
  ['a beginning in small letters', withArmour(ARMOUR.replace('BEGIN', 'begin')), '523', '523'],
  ['a part of several', withArmour(ARMOUR.replaceAll('MESSAGE-', 'MESSAGE, PART 1/2-')), '523', '523'],
  ['a beginning within the armour', withArmour(ARMOUR.replace('\n\n', '\n-----BEGIN PGP MESSAGE-----\n\n')), '523', '523'],
  ['dash-escaped armour', withArmour(ARMOUR.replaceAll('-----B', '- -----B')), '523', '523'],
  ['base64url', withArmour(ARMOUR.replace(/(?<=\n\n)../, '-_')), '523', '523'],
  ['text behind the armour', withArmour(`${ARMOUR}Hello\n`), '523', '523'],
  ['empty lines around the armour', withArmour(`\n\n${ARMOUR}\n\n`), 'ok', 'ok'],
  ['a thousand empty lines around the armour', withArmour(`${ARMOUR}${'\n'.repeat(1000)}`), '523', '523'],
  ['a second armour', withArmour(ARMOUR + ARMOUR), '523', '523'],
  ['no end of armour', withArmour(ARMOUR.replace(/-----END.*/, '')), '523', '523'],
  ['no beginning of armour', withArmour(ARMOUR.replace(/-----BEGIN.*/, '')), '523', '523'],
  ['two ends of armour', withArmour(ARMOUR.replace(/-----END.*\n/, '$&$&')), '523', '523'],
  ['armour indented', withArmour(ARMOUR.replaceAll('\n', '\n ')), '523', '523'],
  ['white space behind the lines of armour', withArmour(ARMOUR.replaceAll('\n', ' \t\n')), 'ok', 'ok'],
  ['no checksum', withArmour(ARMOUR.replace(/=.{4}\n/, '')), 'ok', 'ok'],
  ['a checksum of other characters', withArmour(ARMOUR.replace(/=.{4}\n/, '=a-b!\n')), '523', '523'],
  ['a checksum of three characters', withArmour(ARMOUR.replace(/=.{4}\n/, '=AAA\n')), '523', '523'],
  ['a checksum of text', withArmour(ARMOUR.replace(/=.{4}\n/, '=Hello Bob\n')), '523', '523'],
  ['a checksum before the data', withArmour(ARMOUR.replace('\n\n', '\n\n=AAAA\n')), '523', '523'],
  ['a checksum that is wrong', withArmour(ARMOUR.replace(/=.{4}\n/, '=AAAA\n')), 'ok', 'ok'],
  ['data behind the checksum', withArmour(ARMOUR.replace(/=.{4}\n/, '=AAAA\nAAAA\n')), '523', '523'],
  ['two checksums', withArmour(ARMOUR.replace(/=.{4}\n/, '=AAAA\n=AAAA\n')), '523', '523'],
  ['an armour line that names the software', withArmour(ARMOUR.replace('\n', '\nVersion: GnuPG v2\n')), '523', 'ok'],
  ['two such lines', withArmour(ARMOUR.replace('\n', '\nVersion: a\nVersion: b\n')), '523', '523'],
  ['such a line without an empty one', withArmour(armoured([...key, ...data], { head: 'Version: 1\n' })), '523', 'ok'],
  ['such a line in small letters', withArmour(ARMOUR.replace('\n', '\nversion: GnuPG v2\n')), '523', '523'],
  ['such a line that names nothing', withArmour(ARMOUR.replace('\n', '\nVersion: \n')), '523', '523'],
  ['such a line with a letter in it', withArmour(ARMOUR.replace('\n', `\nVersion: ${'buy this '.repeat(20)}\n`)), '523', '523'],
  ['such a line in 8-bit', withArmour(ARMOUR.replace('\n', '\nVersion: \xe4\n')), '523', '523'],
  ['such a line within the data', withArmour(ARMOUR.replace('\n\n', '\n\nVersion: GnuPG v2\n')), '523', '523'],
  ['an armour line with the hash', withArmour(ARMOUR.replace('\n', '\nHash: SHA256\n')), '523', '523'],
  ['an armour line with the character set', withArmour(ARMOUR.replace('\n', '\nCharset: utf-8\n')), '523', '523'],
  ['an armour comment', withArmour(ARMOUR.replace('\n', '\nComment: buy this\n')), '523', '523'],
  ['no empty line after the armour head', withArmour(armoured([...key, ...data], { head: '' })), 'ok', 'ok'],
  ['a line of armour too long for mail', withArmour(armoured([...key, ...long(18, 5000)]).replace(/(?<=[\w+/])\n(?=[\w+/])/g, '')), '554', '523'],
  ['padding within the data', withArmour(ARMOUR.replace(/\n(\w)/, '\nAA==\n$1')), '523', '523'],
  ['armour of long lines', withArmour(rewrapped(ARMOUR, 99)), 'ok', 'ok'],
  ['armour of short lines', withArmour(rewrapped(ARMOUR, 5)), 'ok', 'ok'],
  ['base64 in two pieces', withArmour(inTwoPieces), '523', '523'],
  ['padding for nothing', withArmour(armoured([...key, ...data]).replace(/\n=/, '\nA===\n=')), '523', '523'],
  ['data cut within four characters', withArmour(armoured([...key, ...data, 0]).replace(/A+=*\n=/, 'A\n=')), '523', '523'],
  ['encrypted data without keys', withPackets(data), 'ok', 'ok'],
  ['a password and a key', withPackets(short(3), key, data), 'ok', 'ok'],
  ['twenty keys in all formats', withPackets(...Array(5).fill([...old(1, 1), ...old(1, 2), ...old(1, 4), ...medium(1)]), medium(18)), 'ok', 'ok'],
  ['five octets of length', withPackets(key, long(18)), 'ok', 'ok'],
  ['partial lengths', withPackets(key, partial(18, 5, 191)), 'ok', 'ok'],
  ['partial lengths that end in none', withPackets(key, partial(18, 2, 0)), 'ok', 'ok'],
  ['keys only', withPackets(key, key), '523', '523'],
  ['a signature', withPackets(short(2)), '523', '523'],
  ['literal data', withPackets(short(11)), '523', '523'],
  ['literal data behind a key', withPackets(key, short(11)), '523', '523'],
  ['compressed data', withPackets(key, short(8)), '523', '523'],
  ['data without integrity protection', withPackets(key, short(9)), '523', '523'],
  ['a marker', withPackets(short(10, 3), key, data), '523', '523'],
  ['AEAD of the draft', withPackets(key, short(20)), '523', '523'],
  ['a packet of trust', withPackets(key, short(12), data), '523', '523'],
  ['a public key', withPackets(short(6), key, data), '523', '523'],
  ['a private packet', withPackets(short(60), data), '523', '523'],
  ['a reserved packet', withPackets(short(0), data), '523', '523'],
  ['a key of partial lengths', withPackets(partial(1), data), 'ok', 'ok'],
  ['encrypted data of no length', withPackets(key, short(18, 0)), 'ok', 'ok'],
  ['two octets of length', withPackets(key, medium(18, 8000)), 'ok', 'ok'],
  ['two octets of length, one too many', withPackets(key, medium(18).slice(0, -1)), '523', '523'],
  ['4 GB of length', withPackets(key, [0xd2, 255, 255, 255, 255, 255, 1]), '523', '523'],
  ['a partial length that goes beyond the end', withPackets(key, [0xd2, 0xfe, 1, 2, 3]), '523', '523'],
  ['old encrypted data of two octets of length', withPackets(key, old(9, 2)), '523', '523'],
  ['literal data behind data of partial lengths', withPackets(key, partial(18), short(11)), '523', '523'],
  ['padding packets', withPackets(key, data, short(21)), '523', '523'],
  ['two encrypted data packets', withPackets(key, data, data), '523', '523'],
  ['a key behind the data', withPackets(key, data, key), '523', '523'],
  ['literal data behind the data', withPackets(key, data, short(11)), '523', '523'],
  ['one octet behind the data', withPackets(key, data, [0]), '523', '523'],
  ['data cut short', withPackets(key, data.slice(0, -1)), '523', '523'],
  ['data cut in its length', withPackets(key, [0xd2, 255, 0]), '523', '523'],
  ['data cut after a partial length', withPackets(key, [0xd2, 0xe0, 0]), '523', '523'],
  ['a tag only', withPackets(key, [0xd2]), '523', '523'],
  ['old literal data of indeterminate length', withPackets(key, indeterminate(11)), '523', '523'],
  ['an old key of indeterminate length that swallows the rest', withPackets(indeterminate(1), data), '523', '523'],
  ['an old key of indeterminate length that looks empty', withPackets([0x87, 0, 0, 0, 0, 0, 0, 0, 0], data), '523', '523'],
  ['no packet bit', withPackets([0x12, 3, 1, 2, 3]), '523', '523'],
  ['no packets', withPackets(), '523', '523'],
];

// biome-ignore format: one line per case
const SECUREJOIN: readonly Case[] = [
  ['a securejoin request', joining(request, vc), 'ok', 'ok'],
  ['one for a group', joining('Secure-Join: VG-request', ['Secure-Join', 'vg-request']), 'ok', 'ok'],
  ['one without a multipart', mail(`${request}\n`, vc, ['Content-Type', 'text/plain']), 'ok', 'ok'],
  ['one in base64', mail(`${base64Lines(request)}\n`, vc, ['Content-Type', 'text/plain'], ['Content-Transfer-Encoding', 'base64']), 'ok', 'ok'],
  ['one in quoted-printable', mail('secure-join:=20vc-req=\nuest\n', vc, ['Content-Type', 'text/plain'], ['Content-Transfer-Encoding', 'quoted-printable']), 'ok', 'ok'],
  ['one with empty lines', joining(`\n ${request} \n\n`, vc), 'ok', 'ok'],
  ['one with its header folded', joining(request, ['Secure-Join', '\n vc-request']), 'ok', 'ok'],
  ['one in capitals', joining('SECURE-JOIN: VC-REQUEST', vc), 'ok', 'ok'],
  ['one of a group by the header of a contact', joining('secure-join: vg-request', vc), 'ok', 'ok'],
  ['one in several characters sets', joining(request, vc).replace('charset=utf-8', 'charset=utf-8; charset=utf-16'), 'ok', 'ok'],
  ['one in multipart/alternative', joining(request, vc).replace('multipart/mixed', 'multipart/alternative'), 'ok', 'ok'],
  ['a header with a comment', joining(request, ['Secure-Join', 'vc-request (hi)']), '523', '523'],
  ['a header as encoded word', joining(request, ['Secure-Join', '=?utf-8?q?vc-request?=']), '523', '523'],
  ['a header with two values', joining(request, ['Secure-Join', 'vc-request, vg-request']), '523', '523'],
  ['a request in plain text, as a part that is none', mail(`--b0\nContent-Type: text/plain\nX: buy this\n\n${request}\n--b0--\n`, vc, ['Content-Type', 'text/plain; boundary=b0']), '523', '523'],
  ['text in the preamble of a request', joining(request, vc).replace('\r\n\r\n--b0', '\r\n\r\nHello\r\n--b0'), '523', '523'],
  ['text in the epilogue of a request', `${joining(request, vc)}Hello\r\n`, '523', '523'],
  ['text behind a lone CR', joining(`${request}\rHello`, vc), '523', '523'],
  ['text behind many empty lines', joining(`${request}${'\n'.repeat(200)}Hello`, vc), '523', '523'],
  ['a signature below', joining(`${request}\n-- \nSent from my phone`, vc), '523', '523'],
  ['text quoted-printable hides', mail(`${request}=0D=0AHello\n`, vc, ['Content-Type', 'text/plain'], ['Content-Transfer-Encoding', 'quoted-printable']), '523', '523'],
  ['text base64 hides', mail(`${base64Lines(`${request}\nHello`)}\n`, vc, ['Content-Type', 'text/plain'], ['Content-Transfer-Encoding', 'base64']), '523', '523'],
  ['an attachment beside it', mail(`--b0\nContent-Type: text/plain\n\n${request}\n--b0\nContent-Type: image/png\nContent-Disposition: attachment\n\nx\n--b0--\n`, vc, ['Content-Type', 'multipart/mixed; boundary=b0']), '523', '523'],
  ['a request said to be encrypted', joining(request, vc).replace('multipart/mixed', 'multipart/encrypted'), '523', '523'],
  ['a root of another multipart without boundary', mail(`${request}\n`, vc, ['Content-Type', 'multipart/mixed']), '523', '523'],
  ['one without its header', joining(request), '523', '523'],
  ['one whose header is twice', joining(request, vc, vc), '523', '523'],
  ['a later step of securejoin', joining('secure-join: vc-request-with-auth', ['Secure-Join', 'vc-request-with-auth']), '523', '523'],
  ['a header in another case', joining(request, ['Secure-Join', 'VC-Request']), '523', '523'],
  ['more text', joining(`${request}\nand buy this`, vc), '523', '523'],
  ['other text', joining('buy this', vc), '523', '523'],
  ['an HTML part', mail(`--b0\nContent-Type: text/html\n\n${request}\n--b0--\n`, vc, ['Content-Type', 'multipart/mixed; boundary=b0']), '523', '523'],
  ['a second part', mail(`--b0\nContent-Type: text/plain\n\n${request}\n--b0\n\nHi\n--b0--\n`, vc, ['Content-Type', 'multipart/mixed; boundary=b0']), '523', '523'],
  ['a root of HTML', mail(`${request}\n`, vc, ['Content-Type', 'text/html']), '523', '523'],
  ['no type', mail(`${request}\n`, vc), '523', '523'],
  ['a nested multipart', mail(`--b1\nContent-Type: multipart/mixed; boundary=b0\n\n--b0\nContent-Type: text/plain\n\n${request}\n--b0--\n--b1--\n`, vc, ['Content-Type', 'multipart/mixed; boundary=b1']), '523', '523'],
];

// biome-ignore format: one line per case
const SENDERS: readonly Case[] = [
  ['a name', from('"Alice, B." <alice@example.org>'), 'ok', 'ok'],
  ['an encoded name', from('=?utf-8?q?Al=C3=AFce_=3Cx=40y=2Ez=3E?= <alice@example.org>'), 'ok', 'ok'],
  ['a name in UTF-8', from('Al\xc3\xafce <alice@example.org>'), 'ok', 'ok'],
  ['another case', from('ALICE@Example.ORG'), 'ok', 'ok'],
  ['comments', from('(a (nested) b) Alice <alice@example.org> (mallory@example.net)'), 'ok', 'ok'],
  ['a folded field', from('Alice\n <alice@example.org>'), 'ok', 'ok'],
  ['a quoted local part', from('"alice"@example.org'), '500', 'ok'],
  ['tabs around', from('\t<alice@example.org>\t'), 'ok', 'ok'],
  ['another Sender and Reply-To', encrypted({}, ['Sender', 'mallory@example.net'], ['Reply-To', 'mallory@example.net'], ['Resent-From', 'mallory@example.net']), 'ok', 'ok'],
  ['a comma behind', from('Alice <alice@example.org>,'), '500', '554'],
  ['a dot behind', from('alice@example.org.'), '500', '554'],
  ['a lone CR and another address', from('alice@example.org\r mallory@example.net'), '500', '554'],
  ['a semicolon and another address', from('alice@example.org; mallory@example.net'), '500', '554'],
  ['an address in a comment only', from('(alice@example.org)'), '500', '554'],
  ['an address in quotation marks only', from('"alice@example.org"'), '500', '554'],
  ['a domain of look-alikes', from('alice@ex\xd0\xb0mple.org'), '500', '554'],
  ['no domain', from('alice'), '500', '554'],
  ['two at signs', from('alice@example.net@example.org'), '500', '554'],
  ['a second From', from('alice@example.org', 'mallory@example.org'), '500', '554'],
  ['a second From of another case', encrypted({}, ['From', 'alice@example.org'], ['FROM', 'alice@example.org']), '500', '554'],
  ['a second From with a space before the colon', encrypted({}, ['From', 'alice@example.org'], ['From ', 'x@example.org']), '500', '554'],
  ['two mailboxes', from('alice@example.org, mallory@example.org'), '500', '554'],
  ['a group', from('Us: alice@example.org;'), '500', '554'],
  ['a route', from('<@example.net:alice@example.org>'), '500', '554'],
  ['two angle addresses', from('<mallory@example.net> <alice@example.org>'), '500', '554'],
  ['an address as name', from('mallory@example.net <alice@example.org>'), '500', '554'],
  ['text behind the address', from('<alice@example.org> mallory@example.net'), '500', '554'],
  ['a comment without end', from('alice@example.org (mallory'), '500', '554'],
  ['a comment within the address', from('alice(x)@example.org'), '500', '554'],
  ['a stray parenthesis', from('ali)ce@example.org'), '500', '554'],
  ['a quotation without end', from('"Alice <alice@example.org>'), '500', '554'],
  ['a space within the address', from('alice @example.org'), '500', '554'],
  ['no address', from('Alice'), '500', '554'],
  ['an empty field', from(''), '500', '554'],
  ['an encoded word instead of an address', from('=?utf-8?q?alice=40example.org?='), '500', '554'],
  ['a From of 20 kB', from(`${'a'.repeat(20_000)} <alice@example.org>`), '500', '554'],
  ['no From', encrypted().replace(/^From: .*\r\n/, ''), '500', '554'],
  ['somebody else of the domain', from('mallory@example.org'), '500', 'ok'],
  ['a domain that ends alike', from('alice@evil-example.org'), '500', '554'],
  ['a subdomain', from('alice@mail.example.org'), '500', '554'],
  ['an address literal', from('alice@[192.0.2.1]'), '500', 'ok'],
];

// biome-ignore format: one line per case
const EXCEPTIONS: readonly Case[] = [
  ['a bounce', bounce(daemon, automatic, ['Content-Type', report]), '500', 'ok'],
  ['a bounce not from the mailer daemon', bounce(automatic, ['Content-Type', report]), '523', '523'],
  ['a bounce from somebody called alike', bounce(['From', 'mailer-daemons@example.org'], automatic, ['Content-Type', report]), '500', '523'],
  ['a bounce without Auto-Submitted', bounce(daemon, ['Content-Type', report]), '500', '523'],
  ['a bounce of another type', bounce(daemon, automatic, ['Content-Type', 'multipart/mixed; boundary=b0']), '500', '523'],
  ['a bounce that says it is none', bounce(daemon, ['Auto-Submitted', 'no'], ['Content-Type', report]), '500', 'ok'],
  ['a bounce with the original', bounce(daemon, automatic, ['Content-Type', report]).replace('--b0--', '--b0\r\nContent-Type: message/rfc822\r\n\r\nHi\r\n--b0--'), '500', 'ok'],
  ['a bounce from the daemon of nowhere', bounce(['From', 'MAILER-DAEMON'], automatic, ['Content-Type', report]), '500', '523'],
  ['a bounce from the daemon and another', bounce(daemon, ['From', 'mallory@example.org'], automatic, ['Content-Type', report]), '500', '523'],
  ['a bounce from a postmaster', bounce(['From', 'postmaster@example.org'], automatic, ['Content-Type', report]), '500', '523'],
  ['a bounce with two types', bounce(daemon, automatic, ['Content-Type', report], ['Content-Type', 'text/plain']), '500', '523'],
  ['a bounce of a type in odd case', bounce(daemon, automatic, ['Content-Type', report.replace('multipart/report', 'Multipart/REPORT')]), '500', 'ok'],
  ['a vacation notice', mail('I am away\n', automatic, ['Content-Type', 'text/plain']), '523', '523'],
  ['a receipt of reading', mail('--b0\n\nRead\n--b0--\n', ['Content-Type', 'multipart/report; report-type=disposition-notification; boundary=b0']), '523', '523'],
  ['an Autocrypt Setup Message to somebody', mail('', ['Subject', 'Autocrypt Setup Message'], ['Content-Type', 'multipart/mixed; boundary=b']), '523', '523'],
];

const CASES = [...ENCRYPTION, ...SECUREJOIN, ...SENDERS, ...EXCEPTIONS];

/** Cuts a body at the places given, as parts of its length. */
const cutAt = (places: readonly number[]) => (body: Buffer) => {
  const ends = [...places.map((place) => Math.floor(place * body.length)), body.length].sort((a, b) => a - b);
  return ends.map((end, i) => Buffer.from(body.subarray(ends[i - 1] ?? 0, end)));
};
const bytewise = (body: Buffer) => Array.from(body, (byte) => Buffer.from([byte]));

test.each(CASES)('outgoing, %s: %#', async (_, message, expected) => {
  expect(codeOf(await pass(outgoing(), message))).toBe(expected);
});

test.each(CASES)('incoming, %s: %#', async (_, message, __, expected) => {
  expect(codeOf(await pass(await incoming(), signed(message)))).toBe(expected);
});

describe('a verdict does not depend on', () => {
  test.each(CASES)('how the body is cut: %s', async (_, message, ours, theirs) => {
    expect(codeOf(await pass(outgoing(), message, bytewise))).toBe(ours);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 9 }),
        async (places) => {
          expect(codeOf(await pass(await incoming(), signed(message), cutAt(places)))).toBe(theirs);
        },
      ),
      { numRuns: 20 },
    );
  });

  test.each(CASES)('line ends of LF alone: %s', async (_, message, expected) => {
    const end = message.indexOf('\r\n\r\n') + 4;
    const bare = message.slice(0, end) + message.slice(end).replaceAll('\r\n', '\n');
    expect(codeOf(await pass(outgoing(), bare))).toBe(expected);
  });
});

test('whatever the body, nothing is thrown and nothing but OpenPGP is encrypted', async () => {
  const piece = fc.oneof(
    fc.constantFrom('--b0', '--b0--', '\r\n', '\n', '\r', ' ', ...encryptedBody().split('\n'), ARMOUR, '='),
    fc.string({ unit: 'binary-ascii', maxLength: 3000 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), fc.boolean(), async (pieces, isCut) => {
      const message = `${crlf(`From: alice@example.org\n${ENCRYPTED.join(': ')}\n\n`)}${pieces.join('')}`;
      expect(['523', '554']).toContain(codeOf(await pass(outgoing(), message, isCut ? bytewise : undefined)));
    }),
  );
});

test('whatever the headers, nothing is thrown', async () => {
  const name = fc.constantFrom(
    'From',
    'Content-Type',
    'Authentication-Results',
    'DKIM-Signature',
    'Subject',
    'X',
  );
  const value = fc.oneof(
    fc.string({ unit: 'binary-ascii' }),
    fc.constantFrom('a@b', '(', '"', '\\', '<', ';', '='.repeat(9000)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, value)), async (fields) => {
      const filters = [outgoing(), await incoming()];
      for (const filter of filters) for (const [n, v] of fields) filter.header(n, v);
      for (const filter of filters) expect(['500', '523', '554']).toContain(codeOf(await filter.end()));
    }),
  );
});
