import { describe, expect, test } from 'vitest';
import { escapeFor, UnwritableValue } from '../../src/render/escape.ts';
import { renderTemplate, TemplateError } from '../../src/render/mustache.ts';

const view = {
  name: 'a&b',
  host: 'chat.example.org',
  number: 7,
  yes: true,
  no: false,
  unset: undefined,
  empty: '',
};
const plain = (text: string) => text;

describe('a template', () => {
  test.each([
    ['plain text', 'a = b\n', 'a = b\n'],
    ['a value', '{{host}}:{{number}}', 'chat.example.org:7'],
    ['an empty value', '[{{empty}}]', '[]'],
    ['a shown section', '{{#yes}}x{{host}}{{/yes}}', 'xchat.example.org'],
    ['a hidden section', '{{#no}}x{{/no}}', ''],
    ['a section of an unset value', '{{#unset}}x{{/unset}}', ''],
    ['a section of an empty value', '{{#empty}}x{{/empty}}', ''],
    ['an inverted section', '{{^no}}x{{/no}}{{^yes}}y{{/yes}}', 'x'],
    ['a section on lines of its own', 'a\n{{#yes}}\nb\n{{/yes}}\nc\n', 'a\nb\nc\n'],
    ['a comment', 'a{{! not shown }}b', 'ab'],
    ['braces of the target language', 'events { x }\n', 'events { x }\n'],
  ])('writes %s', (_, template, expected) => {
    expect(renderTemplate(template, view, plain)).toBe(expected);
  });

  test.each([
    ['an unknown name', '{{hots}}', 'unknown name {{hots}}'],
    ['an unknown section', '{{#hots}}{{/hots}}', 'unknown name {{hots}}'],
    ['an unknown name in a hidden section', '{{#no}}{{hots}}{{/no}}', 'unknown name'],
    ['a name of Object', '{{constructor}}', 'unknown name'],
    ['a value that is not set', '{{unset}}', '{{unset}} is not set'],
    ['a boolean as a value', '{{yes}}', 'not set'],
    ['an unescaped value', '{{{name}}}', 'not used here'],
    ['a partial', '{{> other}}', 'unknown name'],
  ])('refuses %s', (_, template, message) => {
    expect(() => renderTemplate(template, view, plain)).toThrow(TemplateError);
    expect(() => renderTemplate(template, view, plain)).toThrow(message);
  });
});

describe('escaping', () => {
  test.each([
    ['/var/www/chatmail/index.html', `<a b="c" d='e'>&`, '&#60;a b=&#34;c&#34; d=&#39;e&#39;&#62;&#38;'],
    ['/x/config-v1.1.xml', '<', '&#60;'],
    ['/etc/postfix/main.cf', '[192.0.2.1]', '[192.0.2.1]'],
    ['/etc/postfix/main.cf', '_chat.example.org', '_chat.example.org'],
    ['/etc/chatmail/nginx.conf', '/srv/www-1', '/srv/www-1'],
  ])('in %s of %s', (path, value, expected) => {
    expect(escapeFor(path)(value)).toBe(expected);
  });

  test.each(['a b', 'a;b', 'a\nb', '$x', '${x}', '#', '"', "'", '\\', '{', '}', '%n', 'é', '', '<x', '\0'])(
    'refuses %j in a configuration file',
    (value) => {
      expect(() => escapeFor('/etc/chatmail/nginx.conf')(value)).toThrow(UnwritableValue);
    },
  );
});
