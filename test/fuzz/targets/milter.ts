import { join } from 'node:path';
import { type Packet, PacketReader, packet, stringsOf } from '../../../src/relay/filtermail/milter/packet.ts';
import { serveMilter } from '../../../src/relay/filtermail/milter/serve.ts';
import { outgoingMessage } from '../../../src/relay/filtermail/outgoing.ts';
import { agree, exchange } from '../connection.ts';
import { corpusOf } from '../corpus.ts';
import { inPieces, type Target } from '../fuzz.ts';
import { WORDS as MESSAGE_WORDS, messageOf, takenApart } from '../messages.ts';
import { mutate } from '../mutate.ts';
import type { Random } from '../random.ts';
import { readableIn } from '../reader.ts';

const OFFER = packet('O', 6, 0x1ff, 0x1fffff);
const WORDS = [
  ...MESSAGE_WORDS,
  '\0\0\0\x01A',
  '\0\0\0\x01Q',
  '\0\0\0\x01E',
  '\0\0\0\x01K',
  '\0\0\0\x00',
  '\xff\xff\xff\xff',
  '\0\x0f\xff\xff',
  '\0\0\0\rO\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff',
  '\0\0\0\x05M<a>\0',
];

const body = (text: Buffer): Buffer => {
  const head = Buffer.from('\0\0\0\0B', 'latin1');
  head.writeUInt32BE(text.length + 1);
  return Buffer.concat([head, text]);
};

const message = (random: Random): Buffer[] => {
  const { fields, body: text } = takenApart(messageOf(random));
  return [
    packet('D', 'M{auth_authen}', 'alice@example.org'),
    packet('M', '<alice@example.org>', 'SIZE=9'),
    ...random.list(1 + random.int(3), () => packet('R', `<bob${random.int(9)}@relay.test>`)),
    ...fields.map(([name, value]) => packet('L', name, value.trim())),
    ...inPieces(Buffer.from(text, 'latin1'), random).slice(0, 20).map(body),
    packet(random.pick(['E', 'E', 'E', 'A'])),
  ];
};

const conversation = (random: Random): Buffer => {
  const packets = [OFFER, ...random.list(1 + random.int(2), () => message(random)).flat()];
  if (random.chance(0.2)) packets.splice(random.int(packets.length), 0, random.pick(packets));
  if (random.chance(0.8)) packets.push(packet('Q'));
  return Buffer.concat(packets);
};

const packetsIn = (bytes: Buffer): Packet[] => {
  const packets: Packet[] = [];
  try {
    for (const { command, data } of new PacketReader().read(bytes))
      packets.push({ command, data: Buffer.from(data) });
  } catch {
    // What comes after a bad length is no packet.
  }
  return packets;
};

/** The messages that were let pass, by what was said and answered. */
function* passed(said: readonly Packet[], answers: readonly Packet[]) {
  const left = [...answers];
  let fields: [string, string][] = [];
  let text = '';
  for (const { command, data } of said) {
    if (command === 'M') [fields, text] = [[], ''];
    // Postfix sends no field after the body has begun.
    if (command === 'L' && text === '') fields.push([stringsOf(data)[0] ?? '', stringsOf(data)[1] ?? '']);
    if ('BE'.includes(command)) text += data.toString('latin1');
    if (!'OMRE'.includes(command)) continue;
    while (left[0] && 'me'.includes(left[0].command)) left.shift();
    const answer = left.shift();
    if (!answer) return;
    if (!'Octy'.includes(answer.command)) throw new Error(`the answer is ${answer.command}`);
    if (command === 'E' && answer.command === 'c') yield { fields, text };
  }
  if (left.length > 0) throw new Error('an answer to nothing');
}

/** The milter protocol over a socket, with the filter of outgoing mail behind it. */
export const milterTarget = (folder: string): Target => {
  const path = join(folder, 'milter');
  const service = serveMilter(() => outgoingMessage(() => true), [{ path }]);
  const corpus = corpusOf(conversation);
  let accepted = 0;
  return {
    name: 'milter',
    generate: (random) => mutate(corpus(random), WORDS, random),
    check: async (input, random) => {
      const answer = await exchange(path, inPieces(input, random), random.chance(0.3));
      if (random.chance(0.05) && !agree(answer, await exchange(path, [input])))
        throw new Error('the answers depend on the pieces');
      const answers = packetsIn(answer);
      for (const { fields, text } of passed(packetsIn(input), answers)) {
        const isToOneself = fields.some(([, value]) => value === 'Autocrypt Setup Message');
        const readable = isToOneself ? undefined : readableIn(fields, text);
        if (readable !== undefined)
          throw new Error(`passes unencrypted: ${JSON.stringify(readable.slice(0, 300))}`);
        accepted++;
      }
    },
    probe: async () => {
      const answer = packetsIn(await exchange(path, [OFFER, packet('M', '<a@b.cd>'), packet('Q')]));
      if (answer.map(({ command }) => command).join('') !== 'Oc')
        throw new Error('an honest peer is not served');
    },
    accepted: () => accepted,
    close: () => service.close(),
  };
};
