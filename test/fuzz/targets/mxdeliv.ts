import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createNetServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { DotReader } from '../../../src/relay/courier/data.ts';
import { HTTP_LIMITS, receiver } from '../../../src/relay/courier/receive.ts';
import { exchange } from '../connection.ts';
import { inPieces, type Target } from '../fuzz.ts';
import { mutated } from '../mutate.ts';
import type { Random } from '../random.ts';

const WORDS = [
  '\r\n',
  '\n',
  '\r',
  '\r\n.\r\n',
  '\n.\n',
  '.',
  '\0',
  '<',
  '>',
  ' ',
  'X-Mail-To: b@b\r\n',
  'X-Mail-From: a@a\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Content-Length: 9\r\n',
  '0\r\n\r\n',
  'RCPT TO:<eve@example.org>\r\n',
  'MAIL FROM:<>\r\n',
  '\xff',
];
const ADDRESSES = ['a@a.example', 'b@[192.0.2.1]', '"b c"@b', 'b>@b', '', 'b', 'b@b> SIZE=1', '\xe4@b'];
const LINES = ['Hi', '.', '..', '.x', '', '\r', 'QUIT', 'RSET', 'RCPT TO:<eve@example.org>', 'From: a@a'];
/** What may be answered; 500 would be a fault of ours. */
const STATUSES = ['100', '200', '400', '404', '405', '408', '413', '417', '431', '503'];

const request = (random: Random): string => {
  const fields = [
    ...(random.chance(0.7) ? [`X-Mail-From: ${random.pick(ADDRESSES)}\r\n`] : []),
    ...random.list(random.int(4), () => `X-Mail-To: ${random.pick(ADDRESSES)}\r\n`),
    ...(random.chance(0.2) ? ['Expect: 100-continue\r\n'] : []),
  ].join('');
  const body = random.list(
    random.int(8),
    () => `${random.pick(LINES)}${random.pick(['\r\n', '\r\n', '\n'])}`,
  );
  const text = body.join('');
  const isChunked = random.chance(0.5);
  const length = isChunked
    ? 'Transfer-Encoding: chunked\r\n'
    : `Content-Length: ${text.length + (random.chance(0.1) ? random.int(9) : 0)}\r\n`;
  const content = isChunked
    ? `${body.map((line) => `${line.length.toString(16)}\r\n${line}\r\n`).join('')}0\r\n\r\n`
    : text;
  const method = random.pick(['POST', 'POST', 'POST', 'POST', 'GET', 'PUT']);
  const path = random.pick(['/mxdeliv', '/mxdeliv', '/mxdeliv', '/mxdeliv/', '/']);
  return `${method} ${path} HTTP/1.1\r\nHost: a\r\n${fields}${length}\r\n${content}`;
};

/** A stranger's addresses and lines must never be a command: these are all that may be said. */
const COMMAND = /^(PROXY TCP4 [\d. ]+|EHLO localhost|MAIL FROM:<[!-;=?-~]*>|RCPT TO:<[!-;=?-~]+>|DATA)$/;
const ORDER = /^PROXY(,EHLO(,MAIL(,RCPT)*(,DATA)?)?)?$/;

/** What Postfix says to the end of a message; the answer by HTTP must fit. */
const REPLIES = [
  ['250 2.0.0 Ok: queued', '200'],
  ['554-5.7.1 no\r\n554 5.7.1 no', '400'],
  ['451 4.7.1 later', '503'],
  ['', '503'],
] as const;

/** Stands for Postfix: takes what comes, and tells of what nobody may say to it. */
const postfix = (fault: (problem: string) => void, reply: () => string) => (socket: Socket) => {
  let bytes: Buffer = Buffer.alloc(0);
  let reader: DotReader | undefined;
  let message = '';
  const verbs: string[] = [];
  const say = (text: string) => void (text === '' ? socket.destroy() : socket.write(`${text}\r\n`));
  const take = (line: string): void => {
    const verb = line.split(' ')[0] ?? '';
    verbs.push(verb);
    if (!COMMAND.test(line) || !ORDER.test(verbs.join())) fault(`Postfix is told ${JSON.stringify(line)}`);
    if (verb === 'DATA') reader = new DotReader();
    say({ DATA: '354 go on', PROXY: '220 hi' }[verb] ?? '250 2.0.0 Ok');
  };
  const next = (): boolean => {
    if (reader) {
      const rest = reader.push(bytes, (piece) => {
        message += piece.toString('latin1');
      });
      bytes = rest ?? Buffer.alloc(0);
      if (!rest) return false;
      reader = undefined;
      if (/(^|[^\r])\n/.test(message)) fault('a message has a bare LF');
      say(reply());
    }
    const end = bytes.indexOf('\r\n');
    if (end < 0) return false;
    const line = bytes.toString('latin1', 0, end);
    bytes = bytes.subarray(end + 2);
    take(line);
    return true;
  };
  socket
    .on('error', () => {}) // 'close' follows
    .on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (next());
    });
};

const listening = async <T extends { listen(path: string): T } & NodeJS.EventEmitter>(
  server: T,
  path: string,
): Promise<T> => {
  server.listen(path);
  await once(server, 'listening');
  return server;
};

/** Mail of other relays by HTTPS, behind nginx: what a stranger sends must be mail to Postfix, and never a command. */
export const mxdelivTarget = async (folder: string): Promise<Target> => {
  const problems: string[] = [];
  let ended = 0;
  const reply = () => REPLIES[ended++ % REPLIES.length]?.[0] ?? '';
  const [smtpPath, path] = [join(folder, 'smtp'), join(folder, 'mxdeliv')];
  const smtp = await listening(
    createNetServer(postfix((problem) => problems.push(problem), reply)),
    smtpPath,
  );
  const http = await listening(createServer(HTTP_LIMITS, receiver({ path: smtpPath })), path);
  http.maxHeadersCount = 0;
  // nginx waits for its answer; here a peer has said all.
  Object.assign(http, { httpAllowHalfOpen: true });
  let accepted = 0;
  const statusesIn = (answer: Buffer): string[] => {
    const text = answer.toString('latin1');
    if (text !== '' && !text.startsWith('HTTP/1.1 ')) throw new Error('the answer is not HTTP');
    return [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => status ?? '');
  };
  return {
    name: 'mxdeliv',
    generate: mutated((random) => random.list(1 + random.int(2), () => request(random)).join(''), WORDS),
    check: async (input, random) => {
      const statuses = statusesIn(await exchange(path, inPieces(input, random), random.chance(0.3)));
      const odd = statuses.find((status) => !STATUSES.includes(status));
      if (odd) throw new Error(`the answer is ${odd}`);
      // Of this input or of one that came at the same time.
      const problem = problems.pop();
      if (problem !== undefined) throw new Error(problem);
      if (statuses.includes('200')) accepted++;
    },
    probe: async () => {
      const statuses: (string | undefined)[] = [];
      const question = Buffer.from(
        'POST /mxdeliv HTTP/1.1\r\nHost: a\r\nX-Mail-To: b@b\r\nContent-Length: 2\r\n\r\nHi',
      );
      const first = ended;
      for (let i = 0; i < REPLIES.length; i++) statuses.push(...statusesIn(await exchange(path, [question])));
      const expected = REPLIES.map((_, i) => REPLIES[(first + i) % REPLIES.length]?.[1]);
      if (statuses.join() !== expected.join()) throw new Error(`an honest peer gets ${statuses}`);
    },
    accepted: () => accepted,
    close: () => {
      http.closeAllConnections();
      return Promise.all([http, smtp].map((server) => new Promise((done) => server.close(done))));
    },
  };
};
