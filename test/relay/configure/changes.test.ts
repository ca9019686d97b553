import { expect, test } from 'vitest';
import { withDefaults } from '../../../src/config/schema.ts';
import { changeNotes } from '../../../src/relay/configure/changes.ts';

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

test('a relay without settings before has no address to lose', () => {
  expect(changeNotes(undefined, { settings: settings({}), sources: {} })).toEqual([]);
});
