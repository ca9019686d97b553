import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listenForQmp, Qmp } from '../../src/lab/qmp.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatmail-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

type Request = { execute: string; arguments: Record<string, unknown>; id: number };

/** A QEMU that answers as told, and with events in between. */
const connectQemu = async (name: string, answer: (request: Request) => object | undefined) => {
  const path = join(folder, name);
  const { connected } = await listenForQmp(path);
  const socket = connect(path);
  await once(socket, 'connect');
  socket.write('{"QMP": {"version": {}, "capabilities": []}}\r\n');
  createInterface({ input: socket }).on('line', (line) => {
    const request = JSON.parse(line) as Request;
    const reply = answer(request);
    if (reply === undefined) socket.destroy();
    else socket.write(`{"event": "RESUME"}\n${JSON.stringify({ ...reply, id: request.id })}\n`);
  });
  return connected;
};

test('a command gets its own answer, after the capabilities are settled', async () => {
  const asked: string[] = [];
  const qmp = await connectQemu('a', ({ execute, arguments: args }) => {
    asked.push(execute);
    return { return: args['command-line'] ?? {} };
  });
  expect(await Promise.all([qmp.monitor('info usernet'), qmp.monitor('info name')])).toEqual([
    'info usernet',
    'info name',
  ]);
  expect(asked[0]).toBe('qmp_capabilities');
});

test('a refusal is a failure', async () => {
  const qmp = await connectQemu('b', ({ execute }) =>
    execute === 'quit' ? { error: { class: 'GenericError', desc: 'not now' } } : { return: {} },
  );
  await expect(qmp.execute('quit')).rejects.toThrow('QEMU refused quit: not now');
});

test('whoever waits is told when QEMU is gone, and who comes later too', async () => {
  const qmp = await connectQemu('c', ({ execute }) => (execute === 'quit' ? undefined : { return: {} }));
  await expect(qmp.execute('quit')).rejects.toThrow('it has ended');
  await expect(qmp.execute('stop')).rejects.toThrow('it has ended');
});

test('a connection that is reset is an end like any other', async () => {
  const socket = new Socket();
  const waiting = new Qmp(socket).execute('stop');
  socket.destroy(new Error('read ECONNRESET'));
  await expect(waiting).rejects.toThrow('it has ended');
});
