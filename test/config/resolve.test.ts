import { describe, expect, test } from 'vitest';
import { readFlags } from '../../src/config/read-flags.ts';
import { readObject } from '../../src/config/read-object.ts';
import { readYaml } from '../../src/config/read-yaml.ts';
import { resolve } from '../../src/config/resolve.ts';
import { withDefaults } from '../../src/config/schema.ts';

const yaml = (name: string, text: string) => readYaml({ name, text });

test('nothing set: the defaults', () =>
  expect(resolve()).toEqual({ ok: true, value: withDefaults({}), problems: [] }));

test('the first layer is the strongest', () => {
  const resolved = resolve(
    readFlags(['max_load_1m=1']),
    yaml('a', 'max_load_1m: 2\nmax_mailbox_size: 1G\n'),
    yaml('b', 'max_load_1m: 3\nmax_mailbox_size: 2G\nmail_domain: a.org\n'),
  );
  expect(resolved).toMatchObject({
    ok: true,
    value: { max_load_1m: 1, max_mailbox_size: 1024 ** 3, mail_domain: 'a.org', max_smtp_connections: 1000 },
  });
});

test('what is left empty lets the next layer through', () => {
  const resolved = resolve(yaml('a', 'max_load_1m:\n'), yaml('b', 'max_load_1m: 3\n'));
  expect(resolved).toMatchObject({ ok: true, value: { max_load_1m: 3 } });
});

test('an error in any layer: no settings, and the problems of all', () => {
  const resolved = resolve(yaml('a', 'x: 1\n'), readObject('tags', { y: 1 }), yaml('c', 'max_load_1m: 3\n'));
  expect(resolved.ok).toBe(false);
  expect(resolved.problems.map(({ path, source }) => [path[0], source?.name])).toEqual([
    ['x', 'a'],
    ['y', 'tags'],
  ]);
});

describe('user names that can have no length', () => {
  test.each<[string, string, string, number]>([
    ['username_min_length: 10\n', '', 'username_min_length', 21],
    ['username_max_length: 8\n', '', 'username_max_length', 21],
    ['', 'username_max_length: 8\nusername_min_length: 10\n', 'username_min_length', 44],
  ])('%j over %j', (strong, weak, name, start) => {
    const { ok, problems } = resolve(yaml('a', strong), yaml('b', weak));
    expect(ok).toBe(false);
    expect(problems).toMatchObject([{ code: 'conflict', path: [name], range: { start } }]);
  });

  test.each<[string, string, string | undefined]>([
    [`_${'a'.repeat(59)}.${'b.'.repeat(62)}org`, 'username_max_length: 58', undefined],
    [`_${'a'.repeat(59)}.${'b.'.repeat(62)}org`, 'username_max_length: 59', 'long-address'],
    ['192.0.2.1', 'username_max_length: 64', undefined],
    [`${'a'.repeat(63)}.example`, '', undefined],
    ['chat.example', 'postmaster: postmaster@chat.example', 'postmaster-loop'],
    ['chat.example', 'postmaster: postmaster@other.example', undefined],
    ['192.0.2.1', 'postmaster: abuse@[192.0.2.1]', 'postmaster-loop'],
    ['192.0.2.1', 'postmaster: me@[192.0.2.1]', undefined],
  ])('mail_domain %s with %j: %s', (domain, other, code) => {
    const { problems } = resolve(yaml('a', `mail_domain: ${domain}\n${other}\n`));
    expect(problems.map((problem) => problem.code)).toEqual(code === undefined ? [] : [code]);
  });

  test('the same length for all is fine', () =>
    expect(resolve(yaml('a', 'username_min_length: 4\nusername_max_length: 4\n')).ok).toBe(true));
});
