import { describe, expect, test } from 'vitest';
import { isDomain, notADomain, similarDomain } from '../../src/config/domain.ts';

const LABEL = 'a'.repeat(63);

test.each([
  'example.org',
  'chat.example.org',
  '_chat.example.org',
  '1chat.2.example',
  'a-b.c--d.xn--p1ai',
  `${LABEL}.org`,
  `${'a.'.repeat(115)}org`,
])('%s is a domain', (text) => expect(isDomain(text)).toBe(true));

test.each([
  '',
  'org',
  'Example.org',
  'example.org.',
  '.example.org',
  'a..org',
  '-a.org',
  'a-.org',
  'a.b-',
  'a._b.org',
  '__a.org',
  '_.org',
  'a_b.org',
  'example.123',
  '192.0.2.1',
  `${LABEL}a.org`,
  `_${LABEL}.org`,
  `${'a.'.repeat(116)}org`,
  'a.org\n',
  'bücher.example',
])('%j is no domain', (text) => expect(isDomain(text)).toBe(false));

describe('what is in place of a mail_domain', () => {
  test.each([
    ['192.0.2.1', undefined],
    ['10.1.2.3', undefined],
    ['chat.example.org', undefined],
    ['127.0.0.1', 'an unreachable address'],
    ['0.0.0.0', 'an unreachable address'],
    ['224.0.0.1', 'an unreachable address'],
    ['255.255.255.255', 'an unreachable address'],
    ['192.0.2', 'a malformed address'],
    ['192.0.2.256', 'a malformed address'],
    ['192.000.002.001', 'a malformed address'],
    ['::1', 'an IPv6 address'],
    ['[2001:db8::1]', 'an IPv6 address'],
    ['https://chat.example.org', 'a URL'],
    ['chat.example.org/new', 'a URL'],
    ['mail@chat.example.org', 'an e-mail address'],
    ['localhost', 'a single word'],
    ['chat.example.org.', 'a name with a final dot'],
    [`${LABEL}a.org`, 'a name that is too long'],
    ['Chat.example.org', 'a name with anything but a-z, 0-9, dots and inner hyphens'],
  ])('%s: %s', (text, rule) => expect(notADomain(text)).toBe(rule));
});

describe('what was meant', () => {
  test.each([
    ['https://Chat.Example.org/', 'chat.example.org'],
    ['http://192.0.2.1:80/x', '192.0.2.1'],
    ['mail@chat.example.org', 'chat.example.org'],
    ['chat.example.org:443', 'chat.example.org'],
    ['chat.example.org.', 'chat.example.org'],
    ['[192.0.2.1]', '192.0.2.1'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['https://mail@_Chat.example.org/?q', '_chat.example.org'],
    ['192.0.2', undefined],
    ['127.0.0.1', undefined],
    ['2001:db8::1', undefined],
    ['chat', undefined],
    ['a..b', undefined],
    ['', undefined],
  ])('%s: %s', (text, similar) => expect(similarDomain(text)).toBe(similar));
});
