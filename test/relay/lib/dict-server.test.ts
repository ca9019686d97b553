import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test, vi } from 'vitest';
import {
  type DictHandlers,
  DictRefusal,
  dictReplies,
  serveDict,
} from '../../../src/relay/lib/dict-server.ts';
import { ProtocolError } from '../../../src/relay/lib/serve.ts';

const collect = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
};
const replies = async (input: string | string[], handlers: DictHandlers) =>
  (await collect(dictReplies(Readable.from([input].flat()), handlers))).join('');

const store = (): DictHandlers & { values: Map<string, string> } => {
  const values = new Map([
    ['a', '1'],
    ['t', 'x\ty'],
  ]);
  return {
    values,
    lookup: async (key) => values.get(key),
    async *iterate(path) {
      for (const [key, value] of values) if (key.startsWith(path)) yield [key, value] as const;
    },
    commit: (changes, user) => {
      for (const [key, value] of changes)
        value === undefined ? values.delete(key) : values.set(key, `${value}${user}`);
    },
  };
};

test.each([
  ['hello has no reply', 'H3\t2\t0\tuser\tauth\n', ''],
  ['found', 'La\n', 'O1\n'],
  ['found, for a user', 'La\tuser\n', 'O1\n'],
  ['not found', 'Lb\n', 'N\n'],
  ['value escaped', 'Lt\n', 'Ox\x01ty\n'],
  ['pipelined, answered in order', 'H3\t2\nLb\nLa\nLb\n', 'N\nO1\nN\n'],
  ['iterate', 'I0\t0\t\n', 'Oa\t1\nOt\tx\x01ty\n\n'],
  ['iterate, at most one', 'I0\t1\t\n', 'Oa\t1\n\n'],
  ['iterate, nothing', 'I0\t0\tz\n', '\n'],
  ['set', 'B1\nS1\tb\t2\nLb\nC1\nLb\n', 'N\nO1\nO2\n'],
  ['set for a user', 'B1\t@u\nS1\tb\t2\nC1\nLb\n', 'O1\nO2@u\n'],
  ['unset', 'B1\nU1\ta\nC1\nLa\n', 'O1\nN\n'],
  ['timestamp is passed over', 'B1\nT1\t1\t2\nC1\n', 'O1\n'],
  ['commit without waiting', 'B1\nS1\tb\t2\nD1\nLb\n', 'AO1\nO2\n'],
  ['increment, which nothing here knows', 'B1\nS1\tb\t2\nA1\tb\t1\nC1\nLb\n', 'F1\nN\n'],
  ['increment without waiting', 'B1\nA1\tb\t1\nD1\nLa\n', 'AF1\nO1\n'],
  ['rollback of an increment', 'B1\nA1\ta\t1\nR1\nLa\n', 'O1\n'],
  ['rollback', 'B1\nS1\ta\t2\nR1\nLa\n', 'O1\n'],
  ['two transactions, ids reused', 'B1\nB2\nS2\ta\t2\nS1\ta\t3\nC2\nC1\nB1\nC1\nLa\n', 'O2\nO1\nO1\nO3\n'],
])('%s', async (_, input, output) => {
  expect(await replies(input, store())).toBe(output);
  expect(await replies([...input], store())).toBe(output);
});

test.each(['X\n', 'S1\ta\tb\n', 'C1\n', 'D1\n', 'A1\ta\t1\n', 'B1\nC1\nC1\n'])(
  'breaks the protocol: %j',
  (input) => expect(replies(input, store())).rejects.toThrow(ProtocolError),
);

test('transactions at once are bounded', () =>
  expect(replies(Array.from({ length: 1001 }, (_, id) => `B${id}\n`).join(''), store())).rejects.toThrow(
    ProtocolError,
  ));

const set = (id: number) => `S${id}\tkey${id}\t${'v'.repeat(60_000)}\n`;

test('what is in open transactions is bounded', () =>
  expect(replies(['B1\n', ...Array.from({ length: 20 }, () => set(1))], store())).rejects.toThrow(
    ProtocolError,
  ));

test('what was in transactions that ended does not count', async () => {
  const input = Array.from({ length: 20 }, (_, id) => `B${id}\n${set(id)}${id % 2 ? 'C' : 'R'}${id}\n`);
  expect(await replies(input, store())).toMatch(/^(O\d+\n){10}$/);
});

test('a handler that fails is a failed command, and its message is not logged', async () => {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const fail = () => {
    throw Object.assign(new Error('/home/somebody'), { code: 'EIO' });
  };
  const handlers: DictHandlers = { lookup: fail, commit: fail };
  expect(await replies('La\nB7\nC7\nB8\n', handlers)).toBe('F\nF7\n');
  expect(stderr.mock.calls.map(([line]) => line)).toEqual(['<3>dict L: EIO\n', '<3>dict C: EIO\n']);
  stderr.mockRestore();
});

test('who has said all is answered all', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dict-'));
  const path = join(folder, 'socket');
  const service = serveDict({ lookup: async (key) => key }, [{ path }]);
  const socket = connect(path);
  socket.end('La\n'.repeat(5000));
  expect((await collect<Buffer>(socket)).join('')).toBe('Oa\n'.repeat(5000));
  await service.close();
  rmSync(folder, { recursive: true });
});

test('a refusal is told and not logged, and a transaction knows the name of the dict', async () => {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const commit = (_: unknown, user: string, dict?: string) => {
    if (dict !== 'mine') throw new DictRefusal(user);
  };
  expect(await replies('B1\tu\nC1\nH2\t2\t0\tu\tmine\nB1\tu\nC1\n', { commit })).toBe('F1\nO1\n');
  expect(stderr).not.toHaveBeenCalled();
  stderr.mockRestore();
});

test('over a socket: bytes are kept, a slow peer stops nobody, close ends all', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dict-'));
  const path = join(folder, 'socket');
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const service = serveDict(
    {
      lookup: async (key) => {
        if (key === 'slow') await held;
        return key;
      },
    },
    [{ path }],
  );
  const [slow, quick] = [connect(path), connect(path).setEncoding('latin1')];
  await Promise.all([once(slow, 'connect'), once(quick, 'connect')]);
  slow.write('Lslow\n');
  quick.write(Buffer.from([0x4c, 0xff, 0xe4, 0x0a]));
  expect(await once(quick, 'data')).toEqual(['O\xff\xe4\n']);
  release();
  expect(String((await once(slow, 'data'))[0])).toBe('Oslow\n');
  const closed = Promise.all([once(slow, 'close'), once(quick, 'close')]);
  await service.close();
  await closed;
  rmSync(folder, { recursive: true });
});
