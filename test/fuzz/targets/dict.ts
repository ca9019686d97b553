import { join } from 'node:path';
import { type DictHandlers, dictReplies, serveDict } from '../../../src/relay/lib/dict-server.ts';
import type { Target } from '../fuzz.ts';
import { mutated } from '../mutate.ts';
import type { Random } from '../random.ts';
import { streamTarget } from '../stream-target.ts';

const WORDS = [
  '\t',
  '\n',
  '\0',
  '\x01',
  '\x01t',
  '\x01n',
  '\r',
  '"',
  '/',
  'L',
  'B1',
  '\xff',
  '99999999999999999999',
];
const KEYS = [
  'shared/passdb/secret"bob@relay.test',
  'shared/userdb/',
  'shared/userdb/lmtp/bob@relay.test',
  'priv/0123/devicetoken',
  'shared/x',
  '',
];

/** Answers tell all that was understood, so that a misunderstanding shows. */
const handlers: DictHandlers = {
  lookup: async (key, user) => (key.includes('x') ? undefined : `${key}\t${user}`),
  async *iterate(path, user) {
    if (path.length > 1000) throw new Error('fault');
    yield [path, user];
    yield [user, path];
  },
  commit: async (values) => {
    if (values.size > 3) throw new Error('fault');
  },
};

const line = (random: Random): string => {
  const id = String(random.int(3));
  const key = random.pick(KEYS);
  return random.pick([
    'H3\t2\t0\tuser\tauth',
    `L${key}`,
    `L${key}\tbob@relay.test`,
    `I${random.int(4)}\t${random.int(9)}\t${key}\tbob`,
    `B${id}\tbob`,
    `S${id}\t${key}\t${'v'.repeat(random.int(50))}`,
    `U${id}\t${key}`,
    `C${id}`,
    `R${id}`,
    `T${id}\t1\t2`,
    `?${key}`,
  ]);
};

/** Dovecot's dict protocol, over a socket. */
export const dictTarget = (folder: string): Target => {
  const path = join(folder, 'dict');
  return streamTarget({
    name: 'dict',
    path,
    service: serveDict(handlers, [{ path }]),
    generate: mutated(
      (random) => `${random.list(1 + random.int(8), () => line(random)).join('\n')}\n`,
      WORDS,
    ),
    answers: (input, stream) => dictReplies(stream(input.toString('latin1')), handlers),
    honest: ['H2\t2\t0\t\tshared\nLa\tb\n', 'Oa\x01tb\n'],
  });
};
