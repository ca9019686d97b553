import { describe, expect, test } from 'vitest';
import { bar, duration, plainLine, type StepView, terminalLine } from '../../src/terminal/render-step.ts';

test.each([
  [0, '0.0 s'],
  [9.44, '9.4 s'],
  [59.94, '59.9 s'],
  [59.96, '1 min 0 s'],
  [84, '1 min 24 s'],
  [3725, '62 min 5 s'],
])('%f seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text));

test.each([
  [-1, '░░░░'],
  [0, '░░░░'],
  [0.5, '██░░'],
  [1, '████'],
  [7, '████'],
])('the bar at %f', (fraction, text) => expect(bar(fraction, 4)).toBe(text));

const step = (more: Partial<StepView> = {}): StepView => ({
  name: 'disk',
  state: 'running',
  seconds: 3,
  ...more,
});

describe('on a terminal', () => {
  test.each<[string, StepView, string]>([
    ['running', step(), '· disk                  3.0 s'],
    ['with a bar', step({ fraction: 0.25 }), '· disk                  3.0 s  █████░░░░░░░░░░░░░░░   25 %'],
    ['with a detail', step({ detail: 'postfix' }), '· disk                  3.0 s  postfix'],
    ['done has no bar', step({ state: 'done', fraction: 0.9 }), '✓ disk                  3.0 s'],
    ['failed', step({ state: 'failed' }), '✗ disk                  3.0 s'],
    ['control characters', step({ detail: 'a\x1b[2Jb\nc' }), '· disk                  3.0 s  a [2Jb c'],
  ])('%s', (_, view, line) => expect(terminalLine(view, 80, false)).toBe(line));

  test.each([10, 20, 40])('never wraps in %d columns', (columns) => {
    const line = terminalLine(step({ fraction: 0.5, detail: 'x'.repeat(100) }), columns, false);
    expect(line.length).toBeLessThan(columns);
  });

  test.each([
    [true, '\x1b[36m·\x1b[0m disk'],
    [false, '· disk'],
  ])('colour %s', (hasColor, start) =>
    expect(terminalLine(step(), 80, hasColor).startsWith(start)).toBe(true),
  );
});

test.each<[StepView, string]>([
  [step({ fraction: 0.5 }), 'disk...'],
  [step({ state: 'done' }), 'disk: done after 3.0 s'],
  [step({ state: 'failed', detail: 'postfix' }), 'disk: failed after 3.0 s (postfix)'],
])('as a plain line: %#', (view, line) => expect(plainLine(view)).toBe(line));
