import { expect, test } from 'vitest';
import { taskQueue } from '../../../src/relay/lib/task-queue.ts';

/** Tasks that go on until they are let go; `begun` lists them as they begin. */
const tasks = (max: number) => {
  const queue = taskQueue(max);
  const begun: string[] = [];
  const release: Record<string, () => void> = {};
  const add = (key: string, name: string) =>
    queue(key, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => {
        release[name] = resolve;
      });
      return name;
    });
  /** Until all that can begin has begun. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { add, begun, settle, release: (name: string) => release[name]?.() };
};

test('tasks of one key keep their order, those of others do not wait for them', async () => {
  const { add, begun, settle, release } = tasks(3);
  const all = [add('a', 'a1'), add('a', 'a2'), add('b', 'b1')];
  await settle();
  expect(begun).toEqual(['a1', 'b1']);
  release('a1');
  await settle();
  expect(begun).toEqual(['a1', 'b1', 'a2']);
  release('a2');
  release('b1');
  expect(await Promise.all(all)).toEqual(['a1', 'a2', 'b1']);
});

test('so many at once and no more; who waits is next', async () => {
  const { add, begun, settle, release } = tasks(2);
  const all = ['a', 'b', 'c', 'd'].map((key) => add(key, key));
  await settle();
  expect(begun).toEqual(['a', 'b']);
  release('b');
  await settle();
  expect(begun).toEqual(['a', 'b', 'c']);
  for (const name of ['a', 'c']) release(name);
  await settle();
  release('d');
  await Promise.all(all);
});

test('one that fails holds up nobody', async () => {
  const queue = taskQueue(1);
  const failed = queue('a', () => Promise.reject(new Error('no')));
  const next = queue('a', async () => 'next');
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('next');
});
