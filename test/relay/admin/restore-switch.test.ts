import { expect, test } from 'vitest';
import { undoable } from '../../../src/relay/admin/restore-switch.ts';

test('every step is taken back, the last one first, also where one of them cannot be', () => {
  const done: string[] = [];
  const { step, undo } = undoable();
  for (const name of ['a', 'b', 'c'])
    step(
      () => done.push(name),
      () => {
        done.push(`no ${name}`);
        if (name === 'b') throw new Error('the disk is full');
      },
    );
  expect(undo()).toEqual(['the disk is full']);
  expect(done).toEqual(['a', 'b', 'c', 'no c', 'no b', 'no a']);
  expect(undo()).toEqual([]);
});
