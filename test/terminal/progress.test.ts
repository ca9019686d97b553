import { expect, test } from 'vitest';
import { createProgress } from '../../src/terminal/progress.ts';

const recorder = (isTTY: boolean, env: Record<string, string> = {}) => {
  let text = '';
  let time = 0;
  const output = { isTTY, columns: 80, write: (more: string) => (text += more) };
  const progress = createProgress({ output, env, now: () => time });
  return { progress, text: () => text, pass: (milliseconds: number) => (time += milliseconds) };
};

test('in a log, a line when a step starts and one when it ends', async () => {
  const { progress, text, pass } = recorder(false);
  const result = await progress.step('disk', async () => {
    pass(1500);
    return 7;
  });
  progress.note('a note');
  expect(result).toBe(7);
  expect(text()).toBe('disk...\ndisk: done after 1.5 s\na note\n');
  expect(progress.times).toEqual([{ name: 'disk', seconds: 1.5 }]);
});

test('a failed step says so, is not counted, and its error comes through', async () => {
  const { progress, text } = recorder(false);
  await expect(progress.step('disk', () => Promise.reject(new Error('full')))).rejects.toThrow('full');
  expect(text()).toBe('disk...\ndisk: failed after 0.0 s\n');
  expect(progress.times).toEqual([]);
});

test.each([
  ['Failure', 'disk: full'],
  ['TypeError', 'full'],
])('the message of a %s is %j', async (name, message) => {
  const error = Object.assign(new Error('full'), { name });
  const step = recorder(false).progress.step('disk', () => Promise.reject(error));
  await expect(step).rejects.toThrow(message === 'full' ? /^full$/ : message);
});

test.each<[string, boolean, Record<string, string>, RegExp]>([
  ['terminal', true, {}, /^\x1b\[36m·.*\r\x1b\[2K\x1b\[32m✓.*half\n$/],
  ['NO_COLOR', true, { NO_COLOR: '1' }, /^· disk.*\r\x1b\[2K✓ disk.*half\n$/],
  ['empty NO_COLOR', true, { NO_COLOR: '' }, /^\x1b\[36m·/],
  ['dumb terminal', true, { TERM: 'dumb' }, /^disk\.\.\.\ndisk: done after 0\.0 s \(half\)\n$/],
])('%s', async (_, isTTY, env, expected) => {
  const { progress, text } = recorder(isTTY, env);
  await progress.step('disk', async (step) => step.update(0.5, 'half'));
  expect(text()).toMatch(expected);
});
