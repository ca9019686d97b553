import type { Keys } from '../../../src/relay/filtermail/dkim/verification.ts';
import { incomingMessage } from '../../../src/relay/filtermail/incoming.ts';
import type { Verdict } from '../../../src/relay/filtermail/milter/reply.ts';
import type { MessageFilter } from '../../../src/relay/filtermail/milter/serve.ts';
import { outgoingMessage } from '../../../src/relay/filtermail/outgoing.ts';
import { makeDkimSigner } from '../../machine/dkim-signer.ts';

/** Messages as bytes, one per character, with CRLF as Postfix hands them on. */
export const crlf = (text: string): string => text.replace(/\r?\n/g, '\r\n');

type Field = readonly [name: string, value: string];

/** A message from `fields` (a later one replaces the default of its name) and a body. */
export const mail = (body: string, ...fields: readonly Field[]): string => {
  const names = fields.map(([name]) => name.toLowerCase());
  const defaults: Field[] = [
    ['From', 'alice@example.org'],
    ['To', 'bob@relay.test'],
    ['Subject', '[...]'],
    ['MIME-Version', '1.0'],
  ];
  const all = [...defaults.filter(([name]) => !names.includes(name.toLowerCase())), ...fields];
  return crlf(`${all.map(([name, value]) => `${name}: ${value}\n`).join('')}\n${body}`);
};

/** Bytes as armour. */
export const armoured = (bytes: readonly number[], { head = '\n', sum = '=HB/c\n' } = {}): string => {
  const lines = Buffer.from(bytes)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN PGP MESSAGE-----\n${head}${lines}\n${sum}-----END PGP MESSAGE-----\n`;
};

const filler = (length: number): number[] => Array.from({ length }, (_, i) => (i * 167 + 13) & 255);

/** OpenPGP packets by format of their length. */
export const packets = {
  /** One octet of length. */
  short: (tag: number, length = 100) => [0xc0 | tag, length, ...filler(length)],
  /** Two octets. */
  medium: (tag: number, length = 1000) => [
    0xc0 | tag,
    ((length - 192) >> 8) + 192,
    (length - 192) & 255,
    ...filler(length),
  ],
  /** Five octets. */
  long: (tag: number, length = 300) => [0xc0 | tag, 255, 0, 0, length >> 8, length & 255, ...filler(length)],
  /** Partial lengths of 512 octets, and a last part. */
  partial: (tag: number, parts = 3, last = 40) => [
    0xc0 | tag,
    ...Array.from({ length: parts }, () => [0xe9, ...filler(512)]).flat(),
    last,
    ...filler(last),
  ],
  /** The old format with `octets` of length. */
  old: (tag: number, octets: 1 | 2 | 4, length = 140) => [
    0x80 | (tag << 2) | (octets >> 1),
    ...[24, 16, 8, 0].slice(4 - octets).map((shift) => (length >> shift) & 255),
    ...filler(length),
  ],
  indeterminate: (tag: number) => [0x83 | (tag << 2), ...filler(100)],
};

/** An ordinary message: to one key, gpg's way and the new way. */
export const ARMOUR = armoured([...packets.old(1, 2), ...packets.short(1), ...packets.partial(18)]);

interface Encrypted {
  readonly boundary?: string;
  readonly preamble?: string;
  readonly first?: string;
  readonly version?: string;
  readonly second?: string;
  readonly armour?: string;
  readonly close?: string;
  readonly epilogue?: string;
}

/** The body of a `multipart/encrypted`, any piece of which may be another. */
export const encryptedBody = ({
  boundary = 'b0',
  preamble = '',
  first = 'Content-Type: application/pgp-encrypted\n',
  version = 'Version: 1\n',
  second = 'Content-Type: application/octet-stream; name="encrypted.asc"\n',
  armour = ARMOUR,
  close = `--${boundary}--\n`,
  epilogue = '',
}: Encrypted = {}): string =>
  `${preamble}--${boundary}\n${first}\n${version}\n--${boundary}\n${second}\n${armour}\n${close}${epilogue}`;

export const ENCRYPTED: Field = [
  'Content-Type',
  'multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b0"',
];

export const encrypted = (pieces: Encrypted = {}, ...fields: readonly Field[]): string =>
  mail(
    encryptedBody(pieces),
    ...(fields.some(([n]) => n.toLowerCase() === 'content-type') ? [] : [ENCRYPTED]),
    ...fields,
  );

const signer = makeDkimSigner('rsa', 1024);

/** A message with a valid signature of `domain`, which `incoming` knows the key of. */
export const signed = (message: string, domain = 'example.org'): string => signer.sign(message, domain);

/** Everybody's key, as `signed` signs. */
export const KEYS: Keys = { ask: async () => [signer.record], askAnew: async () => [signer.record] };

/** Hands a message to a filter as Postfix does; `chunks` cuts the body. */
export const pass = (
  filter: MessageFilter,
  message: string,
  chunks: (body: Buffer) => readonly Buffer[] = (body) => [body],
): Verdict | Promise<Verdict> => {
  const end = message.startsWith('\r\n') ? 0 : message.indexOf('\r\n\r\n') + 2;
  for (const field of message
    .slice(0, end)
    .split(/\r\n(?![ \t])/)
    .slice(0, -1)) {
    const colon = field.indexOf(':');
    filter.header(field.slice(0, colon), field.slice(colon + 1).replaceAll('\r\n', '\n'));
  }
  for (const chunk of chunks(Buffer.from(message.slice(end + 2), 'latin1'))) filter.body(chunk);
  return filter.end();
};

export const outgoing = ({ sender = 'alice@example.org', to = ['bob@relay.test'] } = {}): MessageFilter => {
  const filter = outgoingMessage(() => true);
  filter.mail(sender, new Map([['auth_authen', sender]]));
  for (const address of to) filter.recipient(address);
  return filter;
};

/** `answers` by recipient: what doveauth says. */
export const incoming = async ({
  sender = 'alice@example.org',
  answers = { 'bob@relay.test': '1' } as Readonly<Record<string, string | undefined>>,
  addressDomain = 'relay.test',
  keys = KEYS,
} = {}): Promise<MessageFilter> => {
  const filter = incomingMessage(
    { addressDomain },
    async (key) => answers[key.replace('shared/recipient/', '')],
    keys,
  );
  filter.mail(sender, new Map());
  for (const address of Object.keys(answers)) await filter.recipient(address);
  return filter;
};

/** The first word of a refusal, or `ok`. */
export const codeOf = (verdict: Verdict): string =>
  'refusal' in verdict ? verdict.refusal.slice(0, 3) : 'ok';
