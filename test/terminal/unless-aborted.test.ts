import { expect, test } from 'vitest';
import { unlessAborted } from '../../src/terminal/unless-aborted.ts';

test('the result, unless it was given up before', async () => {
  const controller = new AbortController();
  expect(await unlessAborted(Promise.resolve(1), controller.signal)).toBe(1);
  await expect(unlessAborted(Promise.reject(new Error('no')), controller.signal)).rejects.toThrow('no');
  const waiting = unlessAborted(new Promise(() => {}), controller.signal);
  controller.abort();
  await expect(waiting).rejects.toThrow('aborted');
  await expect(unlessAborted(Promise.resolve(1), controller.signal)).rejects.toThrow('aborted');
});
