import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PacketReader, packet } from '../../../../src/relay/filtermail/milter/packet.ts';
import { type MessageFilter, serveMilter } from '../../../../src/relay/filtermail/milter/serve.ts';

const OFFER = packet('O', 6, 0x1ff, 0x1fffff);
const MAIL = packet('M', '<alice@example.org>', 'SIZE=1');
const RCPT = packet('R', '<bob@relay.test>');
const BODY = Buffer.from('\0\0\0\x05BHi\r\n', 'latin1');
const END = packet('E');

let folder: string;
let path: string;
let service: ReturnType<typeof serveMilter>;
let seen: string[];
let filter: MessageFilter;

const accept: MessageFilter = {
  mail: (sender, macros) => {
    seen.push(`mail ${sender} ${macros.get('auth_authen')}`);
    return undefined;
  },
  recipient: async (address) => {
    seen.push(`rcpt ${address}`);
    return undefined;
  },
  header: (name, value) => seen.push(`${name}: ${value}`),
  body: (chunk) => seen.push(chunk.toString()),
  end: () => ({ edits: [] }),
};
const withResolver = () => {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
};
const fault = () => {
  throw new Error('fault');
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'milter-'));
  path = join(folder, 'socket');
  seen = [];
  filter = accept;
  service = serveMilter(() => filter, [{ path }], { idleMs: 10_000 });
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});

/** An MTA: sends packets and reads the commands that come back, until the other side closes. */
const converse = async (...packets: readonly Buffer[]): Promise<string> => {
  const socket = createConnection(path);
  socket.write(Buffer.concat(packets));
  return (await answers(socket)).join('');
};
const answers = async (socket: Socket): Promise<string[]> => {
  const reader = new PacketReader();
  const commands: string[] = [];
  for await (const chunk of socket) for (const { command } of reader.read(chunk)) commands.push(command);
  return commands;
};
const QUIT = packet('Q');

test('a message', async () => {
  const macros = packet('D', 'M{auth_authen}', 'alice', 'i', '4X').fill('M', 5, 6);
  const header = packet('L', 'From', 'Alice\n <alice@example.org>');
  expect(await converse(OFFER, macros, MAIL, RCPT, header, BODY, END, QUIT)).toBe('Occc');
  expect(seen).toEqual([
    'mail alice@example.org alice',
    'rcpt bob@relay.test',
    'From: Alice\n <alice@example.org>',
    'Hi\r\n',
  ]);
});

test('several messages on one connection, one of them aborted', async () => {
  const abort = packet('A');
  const next = packet('K');
  expect(await converse(OFFER, MAIL, RCPT, abort, MAIL, RCPT, BODY, END, next, OFFER, MAIL, QUIT)).toBe(
    'OcccccOc',
  );
});

test('the last piece of body may come with the end', async () => {
  await converse(OFFER, MAIL, Buffer.from('\0\0\0\x03EHi', 'latin1'), QUIT);
  expect(seen).toContain('Hi');
});

// biome-ignore format: one line per case
const FAULTS: readonly (readonly [string, Partial<MessageFilter>, string])[] = [
  ['at MAIL', { mail: fault }, 'Otct'],
  ['at RCPT', { recipient: fault }, 'Octt'],
  ['at RCPT, later', { recipient: () => Promise.reject(new Error('fault')) }, 'Octt'],
  ['in a header', { header: fault }, 'Occt'],
  ['in the body', { body: fault }, 'Occt'],
  ['at the end', { end: fault }, 'Occt'],
  ['at the end, later', { end: () => Promise.reject(new Error('fault')) }, 'Occt'],
];

test.each(FAULTS)(
  'a fault %s makes the sender try again, and the next message is well',
  async (_, faulty, expected) => {
    const message = [MAIL, RCPT, packet('L', 'From', 'x'), BODY, END];
    filter = { ...accept, ...faulty };
    const socket = createConnection(path);
    const reading = answers(socket);
    socket.write(Buffer.concat([OFFER, ...message]));
    await vi.waitFor(() => expect(socket.bytesRead).toBeGreaterThan(30));
    filter = accept;
    socket.write(Buffer.concat([...message, QUIT]));
    expect((await reading).join('')).toBe(`${expected}ccc`);
  },
);

test('what comes while an answer is awaited waits', async () => {
  const { promise, resolve } = withResolver();
  filter = { ...accept, recipient: () => promise.then(() => accept.recipient('later')) };
  const socket = createConnection(path);
  const reading = answers(socket);
  socket.write(Buffer.concat([OFFER, MAIL, RCPT]));
  await vi.waitFor(() => expect(socket.bytesRead).toBeGreaterThan(20));
  socket.write(Buffer.concat([BODY, END, QUIT]));
  expect(await converse(OFFER, MAIL, QUIT)).toBe('Oc');
  resolve();
  expect((await reading).join('')).toBe('Occc');
  expect(seen.slice(-2)).toEqual(['rcpt later', 'Hi\r\n']);
});

test('refusals at each stage', async () => {
  filter = { ...accept, mail: () => '450 a', recipient: () => '550 b', end: () => ({ refusal: '523 c' }) };
  expect(await converse(OFFER, MAIL, RCPT, END, QUIT)).toBe('Oyyy');
});

// biome-ignore format: one line per case
const NONSENSE: readonly (readonly [string, Buffer, string])[] = [
  ['an unknown command', packet('?'), ''],
  ['a huge packet', Buffer.from('ffffffff', 'hex'), ''],
  ['an empty packet', Buffer.alloc(4), ''],
  ['a recipient before a sender', RCPT, ''],
  ['an end before a sender', END, ''],
  ['an old version', packet('O', 2, 0, 0), ''],
  ['a packet after a fault', Buffer.concat([OFFER, MAIL, packet('?'), MAIL]), 'Oc'],
];

test.each(NONSENSE)('%s ends the connection, and no other', async (_, bytes, expected) => {
  const other = createConnection(path);
  const reading = answers(other);
  other.write(Buffer.concat([OFFER, MAIL]));
  await once(other, 'data');
  expect(await converse(bytes)).toBe(expected);
  other.end(QUIT);
  await reading;
  expect(await converse(OFFER, QUIT)).toBe('O');
});

test('a peer that goes away in the middle is no fault', async () => {
  const socket = createConnection(path);
  socket.end(Buffer.concat([OFFER, MAIL, Buffer.from('0000ffff42', 'hex')]));
  await answers(socket);
  expect(process.stderr.write).not.toHaveBeenCalled();
});

test('a peer that does not read is not read from, and answered in full when it does', async () => {
  const mails = 30_000;
  const socket = createConnection(path);
  socket.write(Buffer.concat([...Array.from({ length: mails }, () => MAIL), QUIT]));
  let before = -1;
  while (seen.length !== before) {
    before = seen.length;
    await setTimeout(100);
  }
  expect(before).toBeLessThan(mails / 2);
  expect((await answers(socket)).length).toBe(mails);
});

test('an idle peer is left', async () => {
  await service.close();
  service = serveMilter(() => filter, [{ path }], { idleMs: 5 });
  expect(await converse(OFFER)).toBe('O');
});
