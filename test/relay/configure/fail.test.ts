import { expect, test } from 'vitest';
import { volumeError } from '../../../src/relay/configure/data-volume.ts';
import { errorTrouble, settingsTrouble } from '../../../src/relay/configure/fail.ts';
import { PublicError } from '../../../src/relay/lib/public-error.ts';

const GENERIC = 'the configuration cannot be written: run `chatmail status` as root to see why';

test.each([
  ['an error of a program', new Error('Command failed: openssl req -keyout /etc/x\nhunter2'), GENERIC],
  ['what is no error', 'hunter2', GENERIC],
  ['an error in words of ours', new PublicError('attach the volume'), 'attach the volume'],
  [
    'what the volume lacks',
    volumeError('mke2fs: hunter2\ndata_volume: /dev/x is damaged: repair it with fsck\n'),
    'data_volume: /dev/x is damaged: repair it with fsck',
  ],
  ['what a program says of the volume', volumeError('mount: hunter2: wrong fs type\n'), GENERIC],
  ['nothing said of the volume', volumeError(''), GENERIC],
])('%s: everybody is told only what is in words of ours', (_, error, shown) => {
  expect(errorTrouble(error).shown).toBe(shown);
});

test('root is told everything', () => {
  expect(errorTrouble(new Error('openssl: hunter2')).details).toBe('openssl: hunter2');
  expect(errorTrouble(volumeError('mount: wrong fs type\n')).details).toBe('mount: wrong fs type');
});

test('of wrong settings everybody is told the place and the rule, and root what was written there', () => {
  const source = { name: 'user-data', text: 'chatmail:\n  hunter2: 1\n' };
  const trouble = settingsTrouble([
    { code: 'unknown-setting', severity: 'error', path: ['hunter2'], source, range: { start: 12, end: 19 } },
  ]);
  expect(trouble.shown).toMatch(/^user-data:2:3: error: there is no such setting\n/);
  expect(trouble.shown).not.toContain('hunter2');
  expect(trouble.details).toContain('  2 |   hunter2: 1\n');
});
