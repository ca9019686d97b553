import { expect, test } from 'vitest';
import { withDefaults } from '../../../src/config/schema.ts';
import { changeNotes, settingChanges } from '../../../src/relay/configure/changes.ts';

const settings = (given: object) => ({ ...withDefaults({}), mail_domain: 'a.example', ...given });

test.each([
  ['nothing new', {}, {}, []],
  ['another domain', {}, { mail_domain: 'b.example' }, [/every address.* at a\.example/]],
  ['turn switched on', {}, { turn: true }, [/UDP ports 3478 and 49152 to 65535/]],
  ['turn as before', { turn: true }, { turn: true }, []],
  ['turn switched off', { turn: true }, {}, []],
])('%s', (_, before, after, notes) => {
  const found = changeNotes(settings(before), { settings: settings(after), sources: {} });
  expect(found).toEqual(notes.map((note) => expect.stringMatching(note)));
});

test('a change is shown in the words of the settings file', () => {
  const after = settings({ max_mailbox_size: 1024 ** 3, turn: true });
  expect(settingChanges(settings({}), { settings: after, sources: { turn: 'user-data' } })).toEqual([
    'max_mailbox_size: 500M -> 1G (default)',
    'turn: false -> true (user-data)',
  ]);
});

test('a relay without settings before has no address to lose', () => {
  expect(changeNotes(undefined, { settings: settings({}), sources: {} })).toEqual([]);
});
