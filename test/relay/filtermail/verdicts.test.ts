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
  ['a preamble, as Thunderbird writes', encrypted({ preamble: 'This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)\n' }), 'ok', 'ok'],
  ['an empty epilogue', encrypted({ epilogue: '\n\n' }), 'ok', 'ok'],
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
  ['two boundary parameters', withType('multipart/encrypted; boundary=b0; boundary=b1'), '523', '523'],
  ['a continued boundary (RFC 2231)', withType('multipart/encrypted; boundary*0=b; boundary*1=0'), '523', '523'],
  ['an encoded boundary (RFC 2231)', withType("multipart/encrypted; boundary*=us-ascii''b0"), '523', '523'],
  ['a boundary said to be encoded', withType('multipart/encrypted; boundary*=b0'), '523', '523'],
  ['a quoted pair in the boundary', withType('multipart/encrypted; boundary="b\\0"'), '523', '523'],
  ['a comment in the type', withType('multipart/encrypted (really); boundary=b0'), '523', '523'],
  ['an encoded word as type', withType('=?utf-8?q?multipart/encrypted?=; boundary=b0'), '523', '523'],
  ['two Content-Types', encrypted({}, ENCRYPTED, ['Content-Type', 'text/plain']), '523', '523'],
  ['a Content-Type of 100 kB', withType(`multipart/encrypted; boundary=b0; x=${'y'.repeat(100_000)}`), '523', '523'],
  ['multipart/mixed around the same parts', withType('multipart/mixed; boundary=b0'), '523', '523'],
  ['multipart/encrypted inside multipart/mixed', mail(`--b1\nContent-Type: multipart/encrypted; boundary=b0\n\n${encryptedBody()}\n--b1--\n`, ['Content-Type', 'multipart/mixed; boundary=b1']), '523', '523'],
  ['multipart/mixed inside multipart/encrypted', encrypted({ second: 'Content-Type: multipart/mixed; boundary=b1\n' }), '523', '523'],
  ['a second part of another type', encrypted({ second: 'Content-Type: application/pgp-encrypted\n' }), '523', '523'],
  ['a second part disguised as an image', encrypted({ second: 'Content-Type: image/png; name="encrypted.asc"\n' }), '523', '523'],
  ['a second part without type', encrypted({ second: '' }), '523', '523'],
  ['a part with two types', encrypted({ second: 'Content-Type: application/octet-stream\nContent-Type: text/plain\n' }), '523', '523'],
  ['a part with text in its headers', encrypted({ second: 'Content-Type: application/octet-stream\nbuy this\n' }), '523', '523'],
  ['a part whose headers end in white space', encrypted({ second: 'Content-Type: application/octet-stream\n \n' }), '523', '523'],
  ['a boundary in the headers of a part', encrypted({ second: 'Content-Type: application/octet-stream\n--b0\n' }), '523', '523'],
  ['another version', encrypted({ version: 'Version: 2\n' }), '523', '523'],
  ['text beside the version', encrypted({ version: 'Version: 1\nHello\n' }), '523', '523'],
  ['the whole in base64', encrypted({}, ['Content-Transfer-Encoding', 'base64']), '523', '523'],
  ['the whole in 8bit', encrypted({}, ['Content-Transfer-Encoding', '8bit']), 'ok', 'ok'],
  ['the whole in two encodings', encrypted({}, ['Content-Transfer-Encoding', '7bit'], ['Content-Transfer-Encoding', 'base64']), '523', '523'],
  ['a part in two encodings', encrypted({ second: `Content-Transfer-Encoding: 7bit\n${inQuoted}` }), '523', '523'],
  ['armour in base64', encrypted({ second: inBase64, armour: base64Lines(ARMOUR) }), 'ok', 'ok'],
  ['armour in quoted-printable', encrypted({ second: inQuoted, armour: quoted(ARMOUR) }), 'ok', 'ok'],
  ['text in base64', encrypted({ second: inBase64, armour: base64Lines('Hello\n') }), '523', '523'],
  ['text in quoted-printable', encrypted({ second: inQuoted, armour: quoted('Hello\n') }), '523', '523'],
  ['broken quoted-printable', encrypted({ second: inQuoted, armour: ARMOUR.replace('=HB', '=ZZ') }), '523', '523'],
  ['quoted-printable with half a line feed', encrypted({ second: inQuoted, armour: quoted(ARMOUR).replace('=0A', '=AG') }), '523', '523'],
  ['base64 that goes on after its padding', encrypted({ second: inBase64, armour: `${Buffer.from(`${ARMOUR}\n\n`.slice(0, 3 * Math.floor(ARMOUR.length / 3) + 1)).toString('base64')}QQ==\n`, }), '523', '523'],
  ['uuencode', encrypted({ second: 'Content-Type: application/octet-stream\nContent-Transfer-Encoding: x-uuencode\n' }), '523', '523'],
  ['text that claims to be armour', withArmour('-----BEGIN PGP MESSAGE-----\n\nHello\n-----END PGP MESSAGE-----\n'), '523', '523'],
  ['an attachment that is no armour', withArmour('\x89PNG\r\n\x1a\n'), '523', '523'],
  ['armour of 8-bit characters', withArmour(ARMOUR.replace(/[a-z]/, '\xe9')), '523', '523'],
  ['armour of a signed message', withArmour(ARMOUR.replaceAll('PGP MESSAGE', 'PGP SIGNED MESSAGE')), '523', '523'],
  ['armour of a key', withArmour(ARMOUR.replaceAll('PGP MESSAGE', 'PGP PUBLIC KEY BLOCK')), '523', '523'],
  ['text before the armour', withArmour(`Hello\n${ARMOUR}`), '523', '523'],
  ['text behind the armour', withArmour(`${ARMOUR}Hello\n`), '523', '523'],
  ['empty lines around the armour', withArmour(`\n\n${ARMOUR}\n\n`), 'ok', 'ok'],
  ['a second armour', withArmour(ARMOUR + ARMOUR), '523', '523'],
  ['no end of armour', withArmour(ARMOUR.replace(/-----END.*/, '')), '523', '523'],
  ['no beginning of armour', withArmour(ARMOUR.replace(/-----BEGIN.*/, '')), '523', '523'],
  ['two ends of armour', withArmour(ARMOUR.replace(/-----END.*\n/, '$&$&')), '523', '523'],
  ['armour indented', withArmour(ARMOUR.replaceAll('\n', '\n ')), '523', '523'],
  ['white space behind the lines of armour', withArmour(ARMOUR.replaceAll('\n', ' \t\n')), 'ok', 'ok'],
  ['no checksum', withArmour(ARMOUR.replace(/=.{4}\n/, '')), 'ok', 'ok'],
  ['a checksum of other characters', withArmour(ARMOUR.replace(/=.{4}\n/, '=a-b!\n')), '523', '523'],
  ['data behind the checksum', withArmour(ARMOUR.replace(/=.{4}\n/, '=AAAA\nAAAA\n')), '523', '523'],
  ['two checksums', withArmour(ARMOUR.replace(/=.{4}\n/, '=AAAA\n=AAAA\n')), '523', '523'],
  ['an armour line that names the software', withArmour(ARMOUR.replace('\n', '\nVersion: GnuPG v2\n')), '523', 'ok'],
  ['two such lines', withArmour(ARMOUR.replace('\n', '\nVersion: a\nVersion: b\n')), '523', '523'],
  ['an armour comment', withArmour(ARMOUR.replace('\n', '\nComment: buy this\n')), '523', '523'],
  ['no empty line after the armour head', withArmour(armoured([...key, ...data], { head: '' })), 'ok', 'ok'],
  ['a line of armour too long for mail', withArmour(armoured([...key, ...long(18, 5000)]).replace(/(?<=[\w+/])\n(?=[\w+/])/g, '')), '523', '523'],
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
      expect(codeOf(await pass(outgoing(), message, isCut ? bytewise : undefined))).toBe('523');
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
