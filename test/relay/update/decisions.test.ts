import { describe, expect, test } from 'vitest';
import { withDefaults } from '../../../src/config/schema.ts';
import { readMessage } from '../../../src/relay/filtermail/message.ts';
import { parseInstalled, stageOf } from '../../../src/relay/update/installed.ts';
import { encryptedLetter } from '../../../src/relay/update/letter.ts';
import { type Outcome, problemOf } from '../../../src/relay/update/outcome.ts';
import { pinText } from '../../../src/relay/update/pin.ts';
import { understoodState } from '../../../src/relay/update/state-version.ts';
import { trialName } from '../../../src/relay/update/trial-address.ts';

describe('where an update from 1 to 2 stands', () => {
  test.each([
    ['nothing was done', 'installed', '1', 'installed', '1', 'before'],
    ['all was done', 'installed', '2', 'installed', '2', 'after'],
    ['one was done', 'installed', '2', 'installed', '1', 'between'],
    ['one is unpacked', 'unpacked', '2', 'installed', '1', 'between'],
    ['its script failed', 'half-configured', '2', 'unpacked', '2', 'between'],
    ['it was cut short', 'half-installedreinstreq', '1', 'installed', '1', 'between'],
    ['an installed one is to be installed again', 'installedreinstreq', '2', 'installed', '2', 'between'],
    ['the extras were removed', 'installed', '2', 'config-files', '1', 'after'],
    ['all was removed', 'config-files', '1', 'not-installed', '', 'elsewhere'],
    ['it was overtaken', 'installed', '3', 'installed', '3', 'elsewhere'],
  ])('%s', (_, relay, version, extras, extrasVersion, stage) =>
    expect(
      stageOf(
        {
          'chatmail-relay': { status: relay, version },
          'chatmail-relay-extras': { status: extras, version: extrasVersion },
        },
        { from: '1', to: '2' },
      ),
    ).toBe(stage),
  );

  test('without the extras', () =>
    expect(stageOf({ 'chatmail-relay': { status: 'installed', version: '2' } }, { from: '1', to: '2' })).toBe(
      'after',
    ));
});

test('what dpkg-query prints', () =>
  expect(
    parseInstalled(
      'chatmail-relay installedok 0.1.0\nchatmail-relay-extras half-installedreinstreq 0.1.0\nx not-installedok \n',
    ),
  ).toEqual({
    'chatmail-relay': { status: 'installed', version: '0.1.0' },
    'chatmail-relay-extras': { status: 'half-installedreinstreq', version: '0.1.0' },
    x: { status: 'not-installed', version: '' },
  }));

test('the filter takes the message of a trial for encrypted', () => {
  const letter = encryptedLetter('ci-abc@_relay.test', 'id', new Date(0));
  const [head = '', ...body] = letter.split('\r\n\r\n');
  const { header, body: read, read: judged } = readMessage();
  for (const line of head.split('\r\n')) {
    const [name = '', value = ''] = line.split(/: (.*)/s);
    header(name, value);
  }
  read(Buffer.from(body.join('\r\n\r\n')));
  expect(judged().content).toBe('encrypted');
  expect(letter).not.toMatch(/^\./m);
});

test.each([
  [9, 9, /^ci-[a-z0-9]{6}$/],
  [9, 30, /^ci-[a-z0-9]{9}$/],
  [20, 30, /^ci-[a-z0-9]{17}$/],
  [1, 4, /^[a-z0-9]{4}$/],
])('with names of %i to %i characters the trial takes one like %s', (min, max, pattern) =>
  expect(trialName({ ...withDefaults({}), username_min_length: min, username_max_length: max })).toMatch(
    pattern,
  ),
);

test('apt is told in one line why', () =>
  expect(pinText('0.2.0', 'no answer\nfrom port 25')).toBe(
    'Explanation: no answer from port 25\nPackage: chatmail-relay chatmail-relay-extras\nPin: version 0.2.0\nPin-Priority: -1\n',
  ));

test.each<[Outcome['result'], string | undefined]>([
  ['kept', undefined],
  ['undone', 'the update to 2 was undone, 1 is back: why'],
  ['failed', 'the update to 2 does not work and could not be undone: why'],
])('%s', (result, problem) =>
  expect(problemOf({ from: '1', to: '2', result, reason: 'why', at: 0 })).toBe(problem),
);

test.each([
  ['', 1],
  ['chatmail-state (= 1)', 1],
  ['something, chatmail-state (= 12)', 12],
])('a package that provides %j understands state %i', (provides, state) =>
  expect(understoodState(provides)).toBe(state),
);
