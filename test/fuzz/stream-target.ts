import type { Service } from '../../src/relay/lib/service.ts';
import { agree, exchange } from './connection.ts';
import { inPieces, type Target } from './fuzz.ts';
import type { Random } from './random.ts';

/** A protocol in which what a peer sends is answered, whatever the pieces it comes in. */
export interface Conversation {
  readonly name: string;
  readonly path: string;
  readonly service: Service;
  readonly generate: (random: Random) => Buffer;
  /** The answers, without a socket; ends in a fault where the input, put into `stream`, breaks the protocol. */
  readonly answers: (input: Buffer, stream: <T>(chunk: T) => AsyncIterable<T>) => AsyncIterable<string>;
  /** What an honest peer says, and is answered. */
  readonly honest: readonly [question: string, answer: string];
}

const wholeAnswer = async (
  input: Buffer,
  answers: Conversation['answers'],
): Promise<{ text: Buffer; isWhole: boolean }> => {
  const texts: string[] = [];
  // Who says goodbye first, or is at fault, is not listened to any more.
  let isWhole = false;
  try {
    const stream = async function* <T>(chunk: T) {
      yield chunk;
      isWhole = true;
    };
    for await (const text of answers(input, stream)) texts.push(text);
  } catch {
    isWhole = false;
  }
  return { text: Buffer.from(texts.join(''), 'latin1'), isWhole };
};

/** What comes over a socket, in pieces, is answered as it is without one. */
export const streamTarget = ({ name, path, service, generate, answers, honest }: Conversation): Target => {
  let accepted = 0;
  return {
    name,
    generate,
    check: async (input, random) => {
      const expected = await wholeAnswer(input, answers);
      const answer = await exchange(path, inPieces(input, random), random.chance(0.3));
      if (!agree(answer, expected.text) || answer.length > expected.text.length)
        throw new Error('the answers depend on the pieces');
      if (!expected.isWhole) return;
      accepted++;
      if (answer.length < expected.text.length) throw new Error('answers are missing');
    },
    probe: async () => {
      const [question, expected] = honest;
      const answer = await exchange(path, [Buffer.from(question, 'latin1')]);
      if (answer.toString('latin1') !== expected) throw new Error('an honest peer is not served');
    },
    accepted: () => accepted,
    close: () => service.close(),
  };
};
