import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { envelopeOf, HTTP_LIMITS, receiver } from '../../../src/relay/courier/receive.ts';

const stops: (() => unknown)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0).reverse()) stop();
});

let log: string[];
/** What is said at each stage, by the first word of the command; `end` is after the message. */
let says: Record<string, string | undefined>;
let port: number;

/** An SMTP server that says what a test wants. */
const converse = (socket: Socket): void => {
  let message: string[] | undefined;
  const lines = createInterface(socket.setEncoding('latin1'));
  const say = (name: string, usual: string) => {
    const words = says[name] ?? usual;
    if (words === '') socket.destroy();
    else socket.write(`${words}\r\n`);
  };
  lines.on('error', () => {});
  socket.on('error', () => {});
  lines.on('line', (line) => {
    if (message && line === '.') {
      log.push(message.join('\n'));
      message = undefined;
      say('end', '250 2.0.0 Ok: queued');
    } else if (message) message.push(line);
    else {
      log.push(line);
      const name = line.split(' ')[0] ?? '';
      if (name === 'DATA') message = [];
      say(name, { PROXY: '220 hi', EHLO: '250-a\r\n250 b', DATA: '354 go on' }[name] ?? '250 2.1.0 Ok');
    }
  });
  socket.on('close', () => message && log.push('dropped'));
};

beforeEach(async () => {
  log = [];
  says = {};
  const smtp = createServer(converse).listen(0, '127.0.0.1');
  await once(smtp, 'listening');
  const http = createHttpServer(
    HTTP_LIMITS,
    receiver({ port: (smtp.address() as AddressInfo).port, host: '127.0.0.1' }),
  ).listen(0, '127.0.0.1');
  await once(http, 'listening');
  http.maxHeadersCount = 0;
  port = (http.address() as AddressInfo).port;
  stops.push(
    () => smtp.close(),
    () => {
      http.closeAllConnections();
      http.close();
    },
  );
});

interface Question {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
}

const TO = { 'x-mail-to': ['b@relay.test', 'c@relay.test'] };

const post = async ({
  method = 'POST',
  path = '/mxdeliv',
  headers = { 'x-mail-from': 'a@a.example', ...TO },
  body = 'Subject: x\n\n.\r\n..',
}: Question = {}) => {
  const sent = request({ host: '127.0.0.1', port, method, path, headers }).end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return [response.statusCode, await text(response)];
};

test('a message goes to Postfix, as from a client elsewhere', async () => {
  expect(await post()).toEqual([200, '250 2.0.0 Ok: queued']);
  expect(log.slice(0, 7)).toEqual([
    'PROXY TCP4 192.0.2.1 192.0.2.1 25 25',
    'EHLO localhost',
    'MAIL FROM:<a@a.example>',
    'RCPT TO:<b@relay.test>',
    'RCPT TO:<c@relay.test>',
    'DATA',
    'Subject: x\n\n..\n...',
  ]);
});

test('without a sender it is the null sender', async () => {
  expect((await post({ headers: TO }))[0]).toBe(200);
  expect(log).toContain('MAIL FROM:<>');
});

test.each([
  ['ordinary', (i: number) => `user${i}@relay.test`],
  // RFC 5321 §4.5.3.1.3: a path has at most 256 octets, two of which are not the address.
  ['the longest', (i: number) => `user${i}@`.padEnd(254, 'x')],
])('a thousand recipients with %s addresses, and not one more', async (_, address) => {
  const to = Array.from({ length: 1000 }, (_, i) => address(i));
  expect((await post({ headers: { 'x-mail-to': to } }))[0]).toBe(200);
  expect(log.filter((line) => line.startsWith('RCPT'))).toHaveLength(1000);
  const [status, text] = await post({ headers: { 'x-mail-to': [...to, 'x@relay.test'] } });
  expect([status, text]).toEqual([413, '452 4.5.3 Too many recipients']);
});

test.each([
  ['GET', '/mxdeliv', 405],
  ['PUT', '/mxdeliv', 405],
  ['POST', '/mxdeliv/', 404],
  ['POST', '/', 404],
])('%s %s is %d', async (method, path, status) => {
  expect(await post({ method, path })).toEqual([status, '']);
  expect(log).toEqual([]);
});

test.each([
  ['at the start', 'PROXY', '421 4.3.2 no', 503],
  ['for the sender', 'MAIL', '550 5.7.1 no', 400],
  ['for the sender, for now', 'MAIL', '451 4.7.1 no', 503],
  ['for a recipient', 'RCPT', '554 5.7.1 no', 400],
  ['for the message', 'end', '523 Encryption Needed: Invalid Unencrypted Mail', 400],
  ['for the message, for now', 'end', '451 4.3.0 no', 503],
  ['for the data', 'DATA', '554 5.5.1 no', 400],
])('a refusal %s is handed on', async (_, stage, words, status) => {
  says = { [stage]: words };
  expect(await post()).toEqual([status, words]);
});

test.each(['PROXY', 'EHLO', 'MAIL', 'DATA', 'end'])('a Postfix that dies at %s is 503', async (stage) => {
  says = { [stage]: '' };
  expect((await post())[0]).toBe(503);
});

test('a Postfix that dies while a large message comes is 503', async () => {
  says = { DATA: '354 go on' };
  const sent = request({ host: '127.0.0.1', port, method: 'POST', path: '/mxdeliv', headers: TO });
  stops.push(() => sent.destroy());
  sent.on('error', () => {});
  sent.write('x\n');
  await expect.poll(() => log).toContain('DATA');
  stops.shift()?.();
  // not even a listener any more
  expect(log).not.toContain('closed');
});

test('there is no Postfix', async () => {
  stops.shift()?.();
  expect((await post())[0]).toBe(503);
});

test.each([
  ['with a length', 'Content-Length: 100\r\n\r\nSubject: x\r\n\r\nHi\r\n.\r\n'],
  ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n10\r\nSubject: x\r\n\r\nHi\r\n'],
  ['at the end of a chunk', 'Transfer-Encoding: chunked\r\n\r\n10\r\nSubject: x\r\n\r\nHi\r\n\r\n'],
  ['with a broken chunk', 'Transfer-Encoding: chunked\r\n\r\n10\r\nSubject: x\r\n\r\nHi\r\n\r\nzz\r\n'],
])('a body that is cut off %s is dropped', async (_, rest) => {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write(`POST /mxdeliv HTTP/1.1\r\nHost: x\r\nX-Mail-To: b@relay.test\r\n${rest}`);
  await expect.poll(() => log).toContain('DATA');
  socket.end();
  await expect.poll(() => log.at(-1)).toBe('dropped');
});

test.each([
  [{ 'x-mail-to': ['a@b'] }, { sender: '', recipients: ['a@b'] }],
  [
    { 'x-mail-from': ['a@b'], 'x-mail-to': ['"c+d"@[192.0.2.1]'] },
    { sender: 'a@b', recipients: ['"c+d"@[192.0.2.1]'] },
  ],
  [{ 'x-mail-from': ['a@b'] }, { sender: 'a@b', recipients: [] }],
  [{ 'x-mail-from': ['a@b', 'c@d'], 'x-mail-to': ['a@b'] }, undefined],
  [{ 'x-mail-to': ['a@b> SIZE=1'] }, undefined],
  [{ 'x-mail-to': ['a@b>'] }, undefined],
  [{ 'x-mail-to': ['<a@b'] }, undefined],
  [{ 'x-mail-to': ['a@b\r\nDATA'] }, undefined],
  [{ 'x-mail-to': ['a@b\nDATA'] }, undefined],
  [{ 'x-mail-to': ['a\0@b'] }, undefined],
  [{ 'x-mail-to': ['\xe9@b'] }, undefined],
  [{ 'x-mail-to': ['a@b', ''] }, undefined],
  [{ 'x-mail-to': ['a@b, c@d'] }, undefined],
  [{ 'x-mail-to': [`${'a'.repeat(320)}@b`] }, undefined],
] as [Record<string, string[]>, unknown][])('headers %j are envelope %j', (headersDistinct, envelope) => {
  expect(envelopeOf({ headersDistinct })).toEqual(envelope);
});
