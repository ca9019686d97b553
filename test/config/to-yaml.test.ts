import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readYaml } from '../../src/config/read-yaml.ts';
import { resolve } from '../../src/config/resolve.ts';
import {
  type Kind,
  SETTING_NAMES,
  SETTINGS,
  type Setting,
  type Settings,
  withDefaults,
} from '../../src/config/schema.ts';
import { toYaml } from '../../src/config/to-yaml.ts';

const readBack = (text: string) => resolve(readYaml({ name: 'chatmail.yaml', text }));
const uncommented = (text: string) => text.replace(/^#(?! )/gm, '');

test('every setting is there once, behind a #', () => {
  const names = [...toYaml().matchAll(/^#(\w+): \S/gm)].map(([, name]) => name);
  expect(names).toEqual(SETTING_NAMES);
  expect(readBack(toYaml())).toEqual({ ok: true, value: withDefaults({}), problems: [] });
});

test('without the # the defaults and examples are good settings', () => {
  const resolved = readBack(uncommented(toYaml()));
  expect(resolved.problems).toEqual([]);
  expect(resolved).toMatchObject({
    ok: true,
    value: { max_mailbox_size: 500 * 1024 ** 2, mail_domain: 'chat.example.org' },
  });
});

test('what differs from the default is set, and nothing else', () => {
  const lines = toYaml(
    withDefaults({ mail_domain: '192.0.2.1', max_mailbox_size: 1024 ** 3, iroh_relay: '' }),
  ).split('\n');
  expect(lines.filter((line) => /^\w/.test(line))).toEqual([
    'mail_domain: 192.0.2.1',
    'max_mailbox_size: 1G',
    'iroh_relay: ""',
  ]);
});

test('no line is longer than 100 columns', () => {
  for (const line of toYaml().split('\n')) expect(line.length).toBeLessThanOrEqual(100);
});

describe('whatever is set is read back', () => {
  const texts = fc.oneof(
    fc.constantFrom(
      'true',
      '60',
      '~',
      '1e3',
      '0x1',
      '# no',
      ': a',
      '- a',
      '*a',
      '&a',
      '!a',
      '"',
      "'",
      '|',
      '@',
      '%',
      '{a}',
      'a: b',
      '#a',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
  );
  const line = texts
    .map((text) => text.trim())
    .filter((text) => text !== '' && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufeff]/u.test(text));
  const path = fc.stringMatching(/^(\/[a-z0-9_-]{1,8}){1,3}$/);
  const values: { readonly [K in Kind]: (setting: Setting) => fc.Arbitrary<unknown> } = {
    domain: () => fc.constantFrom('chat.example.org', '_a.test', '192.0.2.1'),
    text: () => line,
    integer: ({ min = 0, max = 0 }) => fc.integer({ min, max }),
    decimal: ({ min = 0, max = 0 }) =>
      fc.double({ min, max, noNaN: true }).map((n) => Math.round(n * 100) / 100),
    size: ({ min = 0, max = 0 }) => fc.maxSafeNat().map((n) => min + (n % (max - min + 1))),
    boolean: () => fc.boolean(),
    email: () => fc.constant('you@example.org'),
    url: () => fc.constantFrom('', 'https://example.org/a?b=c#d'),
    address: () => fc.constantFrom('192.0.2.1', '2001:db8::1', '::'),
    volume: () => fc.constantFrom('/dev/sdb', 'chatmail-data', '1e3'),
    registration: () => fc.constantFrom('open', 'invite', 'closed'),
    time: () => fc.constantFrom('00:00', '04:30', '23:59'),
    path: () => path,
    paths: () => fc.tuple(path, path),
  };
  const anySettings = fc.record(
    Object.fromEntries(SETTING_NAMES.map((name) => [name, values[SETTINGS[name].kind](SETTINGS[name])])),
    { requiredKeys: [] },
  );

  test('and is the same', () => {
    fc.assert(
      fc.property(anySettings, (generated) => {
        const settings = withDefaults(generated as Partial<Settings>);
        fc.pre(settings.username_min_length <= settings.username_max_length);
        expect(readBack(toYaml(settings))).toEqual({ ok: true, value: settings, problems: [] });
      }),
    );
  });
});
