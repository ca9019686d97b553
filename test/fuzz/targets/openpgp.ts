import type { Verdict } from '../../../src/relay/filtermail/milter/reply.ts';
import type { MessageFilter } from '../../../src/relay/filtermail/milter/serve.ts';
import { codeOf, incoming, outgoing } from '../../relay/filtermail/mail.ts';
import { corpusOf } from '../corpus.ts';
import { inPieces, type Target } from '../fuzz.ts';
import { messageOf, takenApart, WORDS } from '../messages.ts';
import { mutate } from '../mutate.ts';
import { readableIn } from '../reader.ts';

const hand = (
  filter: MessageFilter,
  { fields, body }: ReturnType<typeof takenApart>,
  pieces: (body: Buffer) => readonly Buffer[],
): Verdict | Promise<Verdict> => {
  for (const [name, value] of fields) filter.header(name, value);
  for (const piece of pieces(Buffer.from(body, 'latin1'))) filter.body(piece);
  return filter.end();
};

/** The filter's reading of messages: MIME, armour and OpenPGP packets. What it lets pass another reader reads too. */
export const openpgpTarget = (): Target => {
  const corpus = corpusOf((random) => Buffer.from(messageOf(random), 'latin1'));
  let accepted = 0;
  const check = async (
    text: string,
    pieces: (body: Buffer) => readonly Buffer[],
    isTwice: boolean,
  ): Promise<void> => {
    const message = takenApart(text);
    const code = codeOf(await hand(outgoing(), message, (body) => [body]));
    // Without DKIM the answer to what may pass is another than to cleartext; a line too long is ours to refuse.
    const theirs = codeOf(await hand(await incoming(), message, pieces));
    if (
      !['ok 554', '523 554', '523 523', '500 554', '500 523', '554 554', '554 523'].includes(
        `${code} ${theirs}`,
      )
    )
      throw new Error(`outgoing it gets ${code}, incoming ${theirs}`);
    if (isTwice && code !== codeOf(await hand(outgoing(), message, pieces)))
      throw new Error('the verdict depends on the pieces');
    if (theirs === '523') return;
    accepted++;
    const readable = readableIn(message.fields, message.body);
    if (readable !== undefined)
      throw new Error(`passes unencrypted: ${JSON.stringify(readable.slice(0, 300))}`);
  };
  return {
    name: 'openpgp',
    generate: (random) => mutate(corpus(random), WORDS, random),
    check: (input, random) =>
      check(input.toString('latin1'), (body) => inPieces(body, random), random.chance(0.25)),
    probe: () => {},
    accepted: () => accepted,
  };
};
