import { join } from 'node:path';
import { lmtpReplies, type OpenTransaction, serveLmtp } from '../../../src/relay/courier/lmtp.ts';
import { type MapLookup, serveSocketmap, socketmapReplies } from '../../../src/relay/lib/socketmap.ts';
import type { Target } from '../fuzz.ts';
import { mutated } from '../mutate.ts';
import type { Random } from '../random.ts';
import { streamTarget } from '../stream-target.ts';

const COMMANDS = [
  'LHLO a',
  'MAIL FROM:<a@a>',
  'MAIL FROM:<> SIZE=9',
  'RCPT TO:<b@b>',
  'RCPT TO:<c@[192.0.2.1]>',
  'RCPT TO:<b>',
  'DATA',
  'RSET',
  'NOOP',
  'QUIT',
  'mail from:<a@a>',
  'HELO a',
  '',
];
const SESSION = [
  'LHLO a',
  'MAIL FROM:<a@a>',
  'RCPT TO:<b@b>',
  'RCPT TO:<c@b>',
  'DATA',
  'Hi',
  '..',
  '.',
  'QUIT',
];
const WORDS = [...COMMANDS, '\r\n', '\n', '\r', '.', '\r\n.\r\n', '\n.\n', '\0', '<', '>', '@', '\xff'];

/** Answers tell what was understood. */
const openTransaction: OpenTransaction = async (sender, recipients) => {
  let bytes = 0;
  return {
    write: (piece) => {
      bytes += piece.length;
      return undefined;
    },
    end: async () => recipients.map((recipient) => `250 ${sender} ${recipient} ${bytes}`),
    abort: () => {},
  };
};

const session = (random: Random): string => {
  const lines = random.chance(0.5)
    ? [...SESSION]
    : random.list(1 + random.int(9), () => random.pick(COMMANDS));
  if (random.chance(0.3)) lines.splice(random.int(lines.length), 0, random.pick(WORDS));
  return lines.map((line) => `${line}\r\n`).join('');
};

/** What Postfix hands to the courier. */
export const lmtpTarget = (folder: string): Target => {
  const path = join(folder, 'lmtp');
  return streamTarget({
    name: 'lmtp',
    path,
    service: serveLmtp(openTransaction, [{ path }]),
    generate: mutated(session, WORDS),
    answers: (input, stream) => lmtpReplies(stream(input), openTransaction),
    honest: ['QUIT\r\n', '220 courier LMTP\r\n221 2.0.0 Bye\r\n'],
  });
};

const lookup: MapLookup = async (map, key) => (key.includes('x') ? undefined : `${map} ${key}`);

const question = (random: Random): string => {
  const text = `${random.pick(['transport', 'settled', ''])} ${random.pick(['bob@b', 'x', '*', '', 'a b'])}`;
  return `${text.length + (random.chance(0.1) ? random.int(9) : 0)}:${text},`;
};

/** What Postfix and the filter ask the courier. */
export const socketmapTarget = (folder: string): Target => {
  const path = join(folder, 'socketmap');
  const words = [',', ':', '0', '9', '100000:', '99999999999:', '0:,', ' ', '-1:', '\0', '\xff', '3:a b,'];
  return streamTarget({
    name: 'socketmap',
    path,
    service: serveSocketmap(lookup, [{ path }]),
    generate: mutated((random) => random.list(1 + random.int(4), () => question(random)).join(''), words),
    answers: (input, stream) => socketmapReplies(stream(input.toString('latin1')), lookup),
    honest: ['3:a b,', '6:OK a b,'],
  });
};
