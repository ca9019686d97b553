import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { programFailure, run, tailOf } from '../../src/program/run.ts';

describe('the failure of a program', () => {
  test.each([
    [{ exitCode: 2 }, 'sfdisk ended with status 2'],
    [{ signal: 'SIGKILL' }, 'sfdisk was ended by SIGKILL'],
    [{ cause: 'ENOENT' }, 'sfdisk could not be run: ENOENT'],
  ])('%o', (ended, first) => {
    const failure = programFailure(['sfdisk', '--quiet', 'x'], ended, 'bad\nworse\n', 'try this');
    expect(failure.message).toBe(`${first}\ncommand: sfdisk --quiet x\n  bad\n  worse`);
    expect(failure).toMatchObject({ name: 'Failure', hint: 'try this' });
  });

  test('shows the end of the output, without what would act on the terminal', () => {
    const output = `${Array.from({ length: 50 }, (_, n) => `line ${n}`).join('\n')}\n\x1b[31mred\x07\x1b[0m\n`;
    const lines = programFailure(['x'], { exitCode: 1 }, output).message.split('\n');
    expect(lines).toHaveLength(2 + 15);
    expect(lines.slice(-2)).toEqual(['  line 49', '  red']);
  });
});

describe('lines of output', () => {
  test.each<[string, readonly string[], readonly string[], string]>([
    ['whole', ['a\nb\n'], ['a', 'b'], 'a\nb\n'],
    ['in pieces', ['a', 'b\nc', 'd\n'], ['ab', 'cd'], 'ab\ncd\n'],
    ['without an end', ['a\nb'], ['a'], 'a\nb'],
    ['a line that is drawn over', ['10%\r20%\r\n'], ['10%', '20%'], '10%\n20%\n'],
  ])('%s', (_, chunks, lines, text) => {
    const seen: string[] = [];
    const tail = tailOf((line) => seen.push(line));
    for (const chunk of chunks) tail.add(chunk);
    expect(seen).toEqual(lines);
    expect(tail.text()).toBe(text);
  });

  test('no more than needed is kept', () => {
    const tail = tailOf(undefined);
    for (let n = 0; n < 10_000; n += 1) tail.add(`line ${n}\n`);
    expect(tail.text().split('\n').length).toBeLessThan(100);
    expect(tail.text()).toContain('line 9999');
  });
});

describe('a program that is run', () => {
  test('gives what it printed, without the last line\u2019s end', async () =>
    expect(await run(['sh', '-c', 'pwd; echo'], { cwd: '/' })).toBe('/\n'));

  test('that fails is told with the end of what it printed, and the hint', async () =>
    await expect(run(['sh', '-c', 'echo a; echo b >&2; exit 3'], { hint: 'c' })).rejects.toMatchObject({
      name: 'Failure',
      message: "sh ended with status 3\ncommand: sh -c 'echo a; echo b >&2; exit 3'\n  a\n  b",
      hint: 'c',
    }));

  test.each(['SIGKILL', 'SIGTERM'] as const)('is ended by %s, and what it started with it', async (endBy) => {
    const stop = new AbortController();
    let pid = 0;
    const running = run(['sh', '-c', 'sleep 1000 & echo $! >&2; wait'], {
      signal: stop.signal,
      endBy,
      onLine: (line) => {
        pid = Number(line);
        stop.abort(new Error('enough'));
      },
    });
    await expect(running).rejects.toThrow('enough');
    await expect.poll(() => existsSync(`/proc/${pid}/exe`)).toBe(false);
  });
});
