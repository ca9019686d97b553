import { expect, test } from 'vitest';
import { GuestConsole } from '../../src/lab/console.ts';

const consoleOf = (...chunks: (string | Buffer)[]): GuestConsole => {
  const console = new GuestConsole();
  for (const chunk of chunks) console.append(Buffer.from(chunk));
  return console;
};

test.each([
  ['whole lines', ['a\nb\n'], ['a', 'b']],
  ['lines in pieces', ['a', 'b\nc', '\n'], ['ab', 'c']],
  ['a terminal’s line ends', ['a\r\r\nb\r\n'], ['a', 'b']],
  ['overwritten lines', ['login: \rchatmail: ready\r\n'], ['login:', 'chatmail: ready']],
  ['empty lines', ['a\n\n \n\x1b[0m\nb\n'], ['a', 'b']],
  ['an unfinished line', ['a\nb'], ['a']],
  ['a letter in two pieces', [Buffer.from([0xc3]), Buffer.from([0xa4, 0x0a])], ['ä']],
])('%s', (_, chunks, lines) => {
  expect(consoleOf(...chunks).lines).toEqual(lines);
});

test('an unfinished line counts at the end', () => {
  const console = consoleOf('a\nb');
  console.end();
  expect(console.text).toBe('a\nb\n');
  expect(console.lastLine).toBe('b');
});

test('a flood without line ends is cut', () => {
  const console = consoleOf('x'.repeat(10_000), 'y'.repeat(10_000));
  console.end();
  expect(Math.max(...console.lines.map((line) => line.length))).toBe(4096);
});

test('only the latest thousands of lines are kept, and followers skip what is gone', async () => {
  const console = consoleOf('line\n'.repeat(6000), 'last\n');
  console.end();
  expect(console.lines).toHaveLength(5000);
  const followed: string[] = [];
  for await (const line of console.follow()) followed.push(line);
  expect(followed).toHaveLength(5000);
  expect(followed.at(-1)).toBe('last');
});

test('who waits gets what was said before and what is said later', async () => {
  const console = consoleOf('systemd 252\n');
  expect((await console.waitFor(/systemd (\d+)/))[1]).toBe('252');
  const login = console.waitFor(/login:/);
  console.append(Buffer.from('noise\nrelay login:\n'));
  expect((await login).input).toBe('relay login:');
});

test('who waits in vain is told, with the last lines', async () => {
  const console = consoleOf('kernel panic\n');
  const waiting = console.waitFor(/ready/);
  console.end();
  await expect(waiting).rejects.toThrow(/ended without \/ready\/\nkernel panic/);
});

test('waiting can be given up', async () => {
  const controller = new AbortController();
  const waiting = consoleOf().waitFor(/ready/, controller.signal);
  controller.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
});
