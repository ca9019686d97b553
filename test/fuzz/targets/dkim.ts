import { startVerification } from '../../../src/relay/filtermail/dkim/verification.ts';
import { makeDkimSigner } from '../../machine/dkim-signer.ts';
import { corpusOf } from '../corpus.ts';
import { isSigned } from '../dkim-reader.ts';
import { inPieces, type Target } from '../fuzz.ts';
import { WORDS as MESSAGE_WORDS, messageOf, takenApart } from '../messages.ts';
import { mutate } from '../mutate.ts';
import type { Random } from '../random.ts';

const DOMAIN = 'example.org';
const WORDS = [
  ...MESSAGE_WORDS,
  'DKIM-Signature: ',
  'v=1;',
  'l=0;',
  ' x=1;',
  ' i=@example.org;',
  ' d=example.org;',
  ' h=from:to;',
  'c=relaxed/relaxed;',
  'c=simple;',
  't=s;',
  's=email;',
  'b=',
  'bh=',
  'p=',
  'From: mallory@example.org\r\n',
  '\r\n ',
  ' \t',
];
const BODIES = [
  '',
  '\r\n',
  'a\r\n',
  ' a  b \t\r\n\r\n',
  'a\r\n\r\n\r\n',
  'a',
  'a\r',
  '\r\n \r\n',
  'a \rb\r\n',
];
const WAYS = ['simple', 'relaxed'] as const;
const NAMES = ['from', 'from', 'to', 'subject', 'x', 'content-type', 'dkim-signature'];
const TAGS = ['', '', ' t=1; x=9999999999;', ` i=@mail.${DOMAIN};`, ' l=3;', ' q=dns/txt;'];

/** The reading of signatures and keys. An input is a TXT record, a line end, and a message. */
export const dkimTarget = (): Target => {
  const signer = makeDkimSigner('ed25519');
  const messageFor = (random: Random): string => {
    if (random.chance(0.3)) return messageOf(random);
    const fields = [
      `From: alice@${DOMAIN}`,
      'To: bob@relay.test',
      `Subject: ${random.pick(['x', ' a\r\n\t b '])}`,
    ];
    return `${fields.join('\r\n')}\r\n\r\n${random.list(random.int(4), () => random.pick(BODIES)).join('')}`;
  };
  const inputFor = (random: Random): Buffer => {
    const signing = {
      header: random.pick(WAYS),
      body: random.pick(WAYS),
      signed: ['from', ...random.list(random.int(5), () => random.pick(NAMES))],
      tags: random.pick(TAGS),
    };
    const other = random.chance(0.2)
      ? 'DKIM-Signature: v=1; a=rsa-sha256; d=x.y; s=s; h=from; bh=; b=\r\n'
      : '';
    const record = random.pick([
      signer.record,
      `${signer.record}; t=s`,
      `v=DKIM1; s=email; ${signer.record.slice(8)}`,
    ]);
    return Buffer.from(`${record}\n${other}${signer.sign(messageFor(random), DOMAIN, signing)}`, 'latin1');
  };
  const corpus = corpusOf(inputFor);
  let accepted = 0;
  const findingOf = (
    { fields, body }: ReturnType<typeof takenApart>,
    record: string,
    pieces: (body: Buffer) => readonly Buffer[],
  ) => {
    const verification = startVerification(
      fields.map(([name, value]) => ({ name, value })),
      DOMAIN,
    );
    for (const piece of pieces(Buffer.from(body, 'latin1'))) verification.body(piece);
    const ask = async () => [record];
    return verification.finding({ ask, askAnew: ask }, 2_000_000_000);
  };
  return {
    name: 'dkim',
    generate: (random) => (random.chance(0.2) ? corpus(random) : mutate(corpus(random), WORDS, random)),
    check: async (input, random) => {
      const text = input.toString('latin1');
      const end = text.indexOf('\n');
      const record = text.slice(0, Math.max(0, end));
      const message = takenApart(text.slice(end + 1));
      const finding = await findingOf(message, record, (body) => inPieces(body, random));
      if (finding !== (await findingOf(message, record, (body) => [body])))
        throw new Error('the finding depends on the pieces');
      if (finding !== 'pass') return;
      accepted++;
      if (!isSigned(message.fields, message.body, record, DOMAIN))
        throw new Error('believes a signature that is not valid');
    },
    probe: async () => {
      const text = signer.sign('From: a@example.org\r\n\r\nHi\r\n', DOMAIN);
      if ((await findingOf(takenApart(text), signer.record, (body) => [body])) !== 'pass')
        throw new Error('an honest signature is not believed');
    },
    accepted: () => accepted,
  };
};
