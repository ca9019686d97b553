import { ARMOUR, armoured, crlf, ENCRYPTED, encryptedBody, mail, packets } from '../relay/filtermail/mail.ts';
import type { Random } from './random.ts';

type Field = readonly [name: string, value: string];

const { short, medium, long, partial, old, indeterminate } = packets;

/** What decides about a message, and so what mutations are made of. */
export const WORDS = [
  '--b0',
  '--b0\r\n',
  '--b0--\r\n',
  '--b1\r\n',
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  ' ',
  '\t',
  '=',
  '==',
  '=\r\n',
  '=3D',
  '-',
  ';',
  '"',
  '(',
  ')',
  '<',
  '>',
  ',',
  '\\',
  '\0',
  '\xff',
  '=?utf-8?q?=3Bboundary=3Db1?=',
  ': ',
  'Version: 1',
  'Content-Type: text/plain\r\n',
  'Content-Type: text/html\r\n\r\n<b>buy',
  'Content-Transfer-Encoding: base64\r\n',
  'Content-Transfer-Encoding: quoted-printable\r\n',
  '; boundary=b1',
  ';boundary="b1"',
  '; x="; boundary=b1; "',
  'Hello Bob',
  '-----BEGIN PGP MESSAGE-----\r\n',
  '-----END PGP MESSAGE-----\r\n',
  '=HB/c\r\n',
  'AAAA',
  'yw==',
  '0gE=',
];

const TYPES = [
  'multipart/encrypted',
  'multipart/encrypted',
  'Multipart/ENCRYPTED',
  'multipart/mixed',
  'text/plain',
];
const PARAMETERS = [
  '; protocol="application/pgp-encrypted"',
  '; x="a;b"',
  '; boundary=b1',
  '; x==?utf-8?q?=3Bboundary=3Db1?=',
  ' (b)',
  ';',
];
const PREAMBLES = [
  '',
  '',
  '\n',
  'This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)\n',
  'Hello\n',
  'x\r--b0\r\rHello\n',
  '--b1\n',
];
const EPILOGUES = ['', '', '\n', 'Hello\n', '--b0\n\nHello\n', '--b1--\n'];
const FIRST_PARTS: readonly [string, ...string[]] = [
  'Content-Type: application/pgp-encrypted\n',
  'content-type:application/pgp-encrypted;\n charset=x\n',
  'Content-Type: text/plain\n',
  'X: y\n',
];
const SECOND_PARTS: readonly [string, ...string[]] = [
  'Content-Type: application/octet-stream; name="e.asc"\n',
  'Content-Type: application/octet-stream\nContent-Disposition: inline\n',
  'Content-Type: application/octet-stream\n\tx=y\n',
  'Content-Type : application/octet-stream\n',
  'Content-Type: text/html\n',
  '',
];
const VERSIONS: readonly [string, ...string[]] = [
  'Version: 1\n',
  ' Version: 1\n\n',
  'Version: 1\rHello\n',
  'Version: 2\n',
  '',
];

const bytesOf = (random: Random): number[] => {
  const keys = random.list(random.int(4), () => {
    const tag = random.chance(0.95) ? random.pick([1, 1, 3]) : random.pick([2, 11]);
    return random.pick([
      () => short(tag),
      () => medium(tag),
      () => long(tag),
      () => old(tag, random.pick([1, 2, 4])),
      () => indeterminate(tag),
    ])();
  });
  const tag = random.chance(0.9) ? 18 : random.pick([9, 11]);
  const data = random.pick([
    () => short(tag),
    () => medium(tag),
    () => long(tag),
    () => partial(tag, 1 + random.int(3), random.int(191)),
  ])();
  const extra = random.chance(0.1) ? random.list(random.int(5), () => random.int(256)) : [];
  return [...keys.flat(), ...data, ...extra];
};

const armourOf = (random: Random): string => {
  if (random.chance(0.3)) return ARMOUR;
  const head = random.pick(['\n', '\n', '', 'Version: a\n\n', 'Comment: a\n\n', ' \n']);
  const sum = random.pick(['=HB/c\n', '=HB/c\n', '', '=\n', '=HB/c\n=HB/c\n', 'AAAA\n']);
  return armoured(bytesOf(random), { head, sum });
};

const encoded = (text: string, random: Random): { field: string; text: string } =>
  random.pick([
    { field: '', text },
    { field: '', text },
    {
      field: 'Content-Transfer-Encoding: base64\n',
      text: `${Buffer.from(text, 'latin1').toString('base64').replace(/.{76}/g, '$&\n')}\n`,
    },
    {
      field: 'Content-Transfer-Encoding: quoted-printable\n',
      text: text.replaceAll('=', '=3D').replace(/(?<=\w{9})\n/g, '=0A=\n'),
    },
    { field: 'Content-Transfer-Encoding: 8bit\n', text },
  ]);

const encryptedMessage = (random: Random): string => {
  const { field, text } = encoded(armourOf(random), random);
  const body = encryptedBody({
    preamble: random.chance(0.15) ? random.pick(PREAMBLES) : '',
    epilogue: random.chance(0.15) ? random.pick(EPILOGUES) : '',
    first: random.chance(0.15) ? random.pick(FIRST_PARTS) : FIRST_PARTS[0],
    version: random.chance(0.15) ? random.pick(VERSIONS) : VERSIONS[0],
    second: field + (random.chance(0.15) ? random.pick(SECOND_PARTS) : SECOND_PARTS[0]),
    armour: text,
  });
  const type = random.chance(0.15)
    ? `${random.pick(TYPES)}; boundary="b0"${random.list(random.int(3), () => random.pick(PARAMETERS)).join('')}`
    : ENCRYPTED[1];
  return mail(body, ['Content-Type', type]);
};

const requestMessage = (random: Random): string => {
  const word = random.pick(['vc-request', 'vg-request', 'vc-auth']);
  const { field, text } = encoded(`secure-join: ${word}\n`, random);
  const fields: Field[] = [['Secure-Join', word]];
  if (random.chance(0.3))
    return mail(
      text,
      ...fields,
      ['Content-Type', 'text/plain'],
      ...(field ? [['Content-Transfer-Encoding', field.slice(27).trim()] as const] : []),
    );
  const part = random.pick([
    'Content-Type: text/plain\nX-Note: Hello\n',
    'Content-Type: text/plain\n',
    'Content-Type: text/plain; charset=utf-8\n',
    'Content-Type: text/html\n',
  ]);
  const preamble = random.chance(0.15) ? random.pick(PREAMBLES) : '';
  const body = `${preamble}--b0\n${part}${field}\n${text}\n--b0--\n`;
  const type = random.chance(0.9) ? 'multipart/mixed' : random.pick(TYPES);
  return mail(body, ...fields, ['Content-Type', `${type}; boundary=b0`]);
};

/** A message as bytes, good or not quite; with CRLF as a rule. */
export const messageOf = (random: Random): string => {
  const message = random.chance(0.8) ? encryptedMessage(random) : requestMessage(random);
  return random.chance(0.1) ? message.replaceAll('\r\n', '\n') : crlf(message);
};

/** The fields and the body of a message, as a mail server takes it apart. */
export const takenApart = (message: string): { fields: Field[]; body: string } => {
  const text = message.replace(/\r\n/g, '\n');
  const end = text.startsWith('\n') ? 0 : text.indexOf('\n\n') < 0 ? text.length : text.indexOf('\n\n') + 1;
  const fields = text
    .slice(0, end)
    .split(/\n(?![ \t])/)
    .filter((field) => field.includes(':'))
    .map((field): Field => [field.slice(0, field.indexOf(':')), field.slice(field.indexOf(':') + 1)]);
  // The same place in the message as it stands, where a body may have any line ends
  const bodyAt = /\r?\n\r?\n/.exec(`\n${message}`);
  return { fields, body: bodyAt ? message.slice(bodyAt.index - 1 + bodyAt[0].length) : '' };
};
