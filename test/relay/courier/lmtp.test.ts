import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lmtpReplies, type OpenTransaction } from '../../../src/relay/courier/lmtp.ts';
import { ProtocolError } from '../../../src/relay/lib/serve.ts';

/** Keeps what comes, as text. */
const keeper = () => {
  const log: string[] = [];
  const open: OpenTransaction = async (sender, recipients) => {
    log.push(`${sender}>${recipients}`);
    let message = '';
    return {
      write: (piece) => {
        message += piece.toString('latin1');
        return undefined;
      },
      end: async () => {
        log.push(message);
        return recipients.map((address) => `250 ${address}`);
      },
      abort: () => log.push('aborted'),
    };
  };
  return { log, open };
};

const converse = async (chunks: readonly (string | Buffer)[], open = keeper().open): Promise<string> => {
  const bytes = chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk));
  let all = '';
  for await (const reply of lmtpReplies(Readable.from(bytes), open)) all += reply;
  return all;
};
/** The codes of the replies after the greeting. */
const codes = (replies: string): string =>
  replies
    .split('\r\n')
    .slice(1, -1)
    .map((line) => line.slice(0, 3))
    .join(' ');

const HEAD = 'LHLO x\r\nMAIL FROM:<a@a.example> BODY=8BITMIME\r\n';
const TO = 'RCPT TO:<b@b.example>\r\nRCPT TO:<c@[192.0.2.1]>\r\n';
const DATA = 'DATA\r\nHi\xe9\r\n..\r\n\r\n.\r\n';

test('a message gets one reply for each recipient', async () => {
  const { log, open } = keeper();
  const replies = await converse([HEAD, TO, DATA, 'QUIT\r\n'], open);
  expect(replies).toContain('250-8BITMIME\r\n');
  expect(replies).toMatch(/354 Go on\r\n250 b@b\.example\r\n250 c@\[192\.0\.2\.1\]\r\n221 2\.0\.0 Bye\r\n$/);
  expect(log).toEqual(['a@a.example>b@b.example,c@[192.0.2.1]', 'Hi\xe9\r\n.\r\n\r\n']);
});

test('however it comes in pieces, and several on one connection', async () => {
  const { log, open } = keeper();
  const session = `${HEAD + TO + DATA}RSET\r\nMAIL FROM:<>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n.\r\nQUIT\r\n`;
  const whole = await converse([session], open);
  expect(log.slice(2)).toEqual(['>b@b.example', '']);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(session.length), { maxLength: 40 }), async (places) => {
      const at = [0, ...places, session.length].sort((a, b) => a - b);
      const again = keeper();
      expect(
        await converse(
          at.slice(1).map((end, i) => session.slice(at[i], end)),
          again.open,
        ),
      ).toBe(whole);
      expect(again.log).toEqual(log);
    }),
  );
});

test.each([
  ['RCPT TO:<a@b>\r\n', '501'],
  ['MAIL FROM:a@b\r\n', '501'],
  ['MAIL FROM:<\xe9@b>\r\n', '501'],
  ['MAIL FROM:<a\rX: y@b>\r\n', '501'],
  ['MAIL FROM:<>\r\nRCPT TO:<a\0@b>\r\nDATA\r\n', '250 501 501'],
  ['MAIL FROM:<>\r\nRCPT TO:<postmaster>\r\nDATA\r\n', '250 501 501'],
  ['MAIL FROM:<>\r\nDATA\r\n', '250 501'],
  ['MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nMAIL FROM:<>\r\nDATA\r\n', '250 250 250 501'],
  ['MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nRSET\r\nDATA\r\n', '250 250 250 501'],
  ['EHLO x\r\nHELP\r\n\r\nNOOP\r\n', '501 501 501 250'],
  [`MAIL FROM:<>\r\n${'RCPT TO:<a@b>\r\n'.repeat(1001)}`, `250${' 250'.repeat(1000)} 452`],
])('%j is answered with %s', async (session, expected) => {
  expect(codes(await converse([session]))).toBe(expected);
});

test.each(['', '\r\n'])('a line that is too long is not kept, nor is it answered (end: %j)', async (end) => {
  await expect(converse(['NOOP'.padEnd(2049, 'x') + end])).rejects.toThrow(ProtocolError);
});

test('a line of 2048 bytes is answered', async () => {
  expect(codes(await converse([`${'NOOP'.padEnd(2048, 'x')}\n`]))).toBe('250');
});

test.each(['', 'Hi', 'Hi\r\n', 'Hi\r\n.', 'Hi\r\n.\r', 'Hi\n.\n'])(
  'a message that is cut off after %j is aborted and never ended',
  async (part) => {
    const { log, open } = keeper();
    await converse([HEAD, TO, `DATA\r\n${part}`], open);
    expect(log.slice(1)).toEqual(['aborted']);
  },
);

test('the next piece waits for the last', async () => {
  const log: string[] = [];
  const open: OpenTransaction = async () => ({
    write: async (piece) => {
      log.push('begin');
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`end ${piece.length}`);
    },
    end: async () => {
      log.push('over');
      return ['451 later'];
    },
    abort: () => {},
  });
  expect(await converse([HEAD, 'RCPT TO:<a@b>\r\nDATA\r\n', 'abc', 'de', '\r\n.\r\n'], open)).toMatch(
    /451 later\r\n$/,
  );
  expect(log).toEqual(['begin', 'end 3', 'begin', 'end 2', 'begin', 'end 2', 'over']);
});

test('whatever comes, it is answered or the connection ends, and every message ends once', async () => {
  const piece = fc.oneof(
    fc.constantFrom(HEAD, TO, 'DATA\r\n', DATA, '\r\n.\r\n', 'RSET\r\n', '\n', '\r', '.', 'MAIL FROM:<>\r\n'),
    fc.string({ unit: 'binary-ascii' }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece), async (pieces) => {
      let opened = 0;
      let ended = 0;
      const end = () => void ended++;
      const open: OpenTransaction = async (_, recipients) => {
        opened++;
        return {
          write: () => undefined,
          end: async () => {
            end();
            return recipients.map(() => '250 ok');
          },
          abort: end,
        };
      };
      await converse(pieces, open).catch((error) => expect(error).toBeInstanceOf(ProtocolError));
      expect(ended).toBe(opened);
    }),
  );
});
