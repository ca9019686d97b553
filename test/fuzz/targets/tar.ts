import { placeOf } from '../../../src/relay/admin/restore-place.ts';
import { TarError, tarEntries } from '../../../src/relay/admin/tar-entries.ts';
import { TAR_END, tarBlocks, tarHeader } from '../../relay/tar-writer.ts';
import { corpusOf } from '../corpus.ts';
import type { Target } from '../fuzz.ts';
import { inPieces, mutate } from '../mutate.ts';
import type { Random } from '../random.ts';

const WORDS = [
  '\0',
  '/',
  '../',
  'ustar\x0000',
  'ustar  \0',
  '\x80\0\0\0',
  '11 size=-5\n',
  '99 path=',
  '0000777\0',
];
const NAMES = [
  'home/vmail/mail/chat.example/a@chat.example/password',
  './home/vmail/mail/192.0.2.1/a@[192.0.2.1]/cur/1.M1.host,S=1:2,S',
  '/etc/dkimkeys/opendkim.private',
  '../../etc/shadow',
  'home/vmail/mail/chat.example/../../x',
  'var/lib/acme/live/x',
  'x'.repeat(100),
  '',
];
const PAX = [
  '20 path=etc/chatmail\n',
  '10 size=5\n',
  '13 linkpath=/\n',
  '22 GNU.sparse.major=1\n',
  '9 a=\0=b\n',
  '5 =b\n',
];

const entry = (random: Random): Buffer => {
  const name = random.pick(NAMES);
  const kind = random.int(10);
  if (kind === 0) {
    const content = random.list(random.int(3), () => random.pick(PAX)).join('');
    return Buffer.concat([tarHeader({ name, type: 'x', content }), tarBlocks(content)]);
  }
  if (kind === 1) {
    const content = `${random.pick(NAMES)}\0`;
    return Buffer.concat([tarHeader({ name, type: random.pick(['L', 'K']), content }), tarBlocks(content)]);
  }
  const type = random.pick(['0', '0', '0', '\0', '1', '2', '3', '5', '6', '7', 'S', 'g', 'V']);
  const content = /[07g\0]/.test(type) ? 'c'.repeat(random.int(1200)) : '';
  const fields = random.chance(0.1) ? { [random.int(500)]: random.pick(WORDS) } : {};
  return Buffer.concat([
    tarHeader({ name, type, target: random.pick(NAMES), content }, fields),
    tarBlocks(content),
  ]);
};

async function* piecewise(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}

/** All that is read, up to what is wrong. */
const reading = async (pieces: readonly Buffer[]): Promise<{ text: string; isWhole: boolean }> => {
  let text = '';
  try {
    for await (const { name, kind, target, size, mtime, content } of tarEntries(piecewise(pieces))) {
      const place = placeOf(name);
      const path = 'path' in place ? place.path : '';
      if (path.startsWith('/') || path.split('/').includes('..')) throw new Error('a path leads out');
      let length = 0;
      for await (const part of content()) length += part.length;
      if (length !== size) throw new Error('content has another size');
      text += JSON.stringify([name, kind, target, size, mtime, place]);
    }
    return { text, isWhole: true };
  } catch (error) {
    if (error instanceof TarError) return { text, isWhole: false };
    throw error;
  }
};

/** The reader of backups: a tar is read the same in whatever pieces, or found to be none. */
export const tarTarget = (): Target => {
  const corpus = corpusOf((random) =>
    Buffer.concat([...random.list(1 + random.int(5), () => entry(random)), TAR_END]),
  );
  let accepted = 0;
  return {
    name: 'tar',
    generate: (random) => (random.chance(0.3) ? corpus(random) : mutate(corpus(random), WORDS, random)),
    check: async (input, random) => {
      const whole = await reading([input]);
      const pieces = await reading(inPieces(input, random));
      if (whole.text !== pieces.text || whole.isWhole !== pieces.isWhole)
        throw new Error('what is read depends on the pieces');
      if (whole.isWhole) accepted++;
    },
    probe: () => {},
    accepted: () => accepted,
  };
};
