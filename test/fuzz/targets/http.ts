import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { withDefaults } from '../../../src/config/schema.ts';
import { modelOf } from '../../../src/model/model.ts';
import { handler } from '../../../src/relay/web/main.ts';
import { exchange } from '../connection.ts';
import { inPieces, type Target } from '../fuzz.ts';
import { mutated } from '../mutate.ts';
import type { Random } from '../random.ts';

const WORDS = [
  '\r\n',
  '\n',
  '\r',
  ' ',
  ':',
  '\0',
  '?',
  '%',
  '/new',
  '\xff',
  'HTTP/1.1',
  'Transfer-Encoding: chunked\r\n',
  'Content-Length: 9\r\n',
  '\t',
  '0\r\n\r\n',
];
const PATHS = [
  '/new',
  '/new?x=1',
  '/join',
  '/cgi-bin/newemail.py',
  '/',
  '/new/',
  '//new',
  '*',
  'http://a/new',
  '/%6eew',
];
const METHODS = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'CONNECT', 'get', 'PRI'];
const FIELDS = [
  'Host: relay.test',
  'X-Real-IP: 192.0.2.1',
  'X-Real-IP: 2001:db8::1',
  'X-Real-IP: ::::',
  'Connection: close',
  'Connection: keep-alive',
  'Connection: upgrade',
  'Upgrade: websocket',
  'Expect: 100-continue',
  'Expect: much',
  'Content-Type: text/plain',
];
const BODIES = [
  '',
  'Content-Length: 5\r\n',
  'Content-Length: 99999999\r\n',
  'Transfer-Encoding: chunked\r\n',
];
/** What may be answered; 500 would be a fault of ours. */
const STATUSES = ['100', '200', '302', '400', '404', '405', '408', '413', '417', '429', '431'];

const request = (random: Random): string => {
  const fields = random.list(random.int(5), () => `${random.pick(FIELDS)}\r\n`).join('');
  const body = random.pick(BODIES);
  const content = body.startsWith('T') ? '5\r\nhello\r\n0\r\n\r\n' : body === '' ? '' : 'hello';
  const version = random.pick(['1.1', '1.0', '1.1', '2.0']);
  return `${random.pick(METHODS)} ${random.pick(PATHS)} HTTP/${version}\r\nHost: a\r\n${fields}${body}\r\n${content}`;
};

/** The statuses of the answers, if that is what they are; contents are left out. */
const statusesOf = (answer: Buffer): string[] => {
  const text = answer.toString('latin1');
  if (text !== '' && !text.startsWith('HTTP/1.1 ')) throw new Error('the answer is not HTTP');
  return [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => status ?? '');
};

/** Requests that reach the web service through nginx, or past it. */
export const httpTarget = async (folder: string): Promise<Target> => {
  const path = join(folder, 'http');
  const model = modelOf({ ...withDefaults({}), mail_domain: '192.0.2.1' });
  const server = createServer(
    { maxHeaderSize: 8192 },
    handler(model, async () => '<svg/>'),
  ).listen(path);
  await once(server, 'listening');
  let accepted = 0;
  return {
    name: 'http',
    generate: mutated((random) => random.list(1 + random.int(2), () => request(random)).join(''), WORDS),
    check: async (input, random) => {
      const answer = await exchange(path, inPieces(input, random), random.chance(0.3));
      const statuses = statusesOf(answer);
      const odd = statuses.find((status) => !STATUSES.includes(status));
      if (odd) throw new Error(`the answer is ${odd}`);
      if (/^(2|302)/.test(statuses.at(-1) ?? '')) accepted++;
    },
    probe: async () => {
      const question = 'GET /new HTTP/1.1\r\nHost: a\r\n\r\n';
      const [status] = statusesOf(await exchange(path, [Buffer.from(question)]));
      if (status !== '302') throw new Error('an honest peer is not served');
    },
    accepted: () => accepted,
    close: () => {
      server.closeAllConnections();
      return new Promise<unknown>((done) => server.close(done));
    },
  };
};
