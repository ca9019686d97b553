import { expect, test } from 'vitest';
import { isThisComputer, sourcesFor } from '../../src/text-maker/sources-for.ts';

const RELEASE = 'https://chatmail.example.org/release/';

test.each([
  [
    'https://relay.example/start/',
    RELEASE,
    ['https://relay.example/start', 'https://chatmail.example.org/release'],
  ],
  ['https://relay.example/start/index.html?a#b', undefined, ['https://relay.example/start']],
  ['http://192.0.2.1/', undefined, ['http://192.0.2.1']],
  [
    'http://[2001:db8::1]:8000/a b/(c)/$(d)/x.html',
    undefined,
    ['http://[2001:db8::1]:8000/a%20b/%28c%29/%24%28d%29'],
  ],
  ["http://user:secret@example.org/it's/", undefined, ['http://example.org/it%27s']],
  ['https://chatmail.example.org/release/index.html', RELEASE, ['https://chatmail.example.org/release']],
  ['file:///home/me/index.html', RELEASE, ['https://chatmail.example.org/release']],
  ['file:///home/me/index.html', undefined, []],
])('the page at %s, release at %s', (address, url, sources) =>
  expect(sourcesFor(new URL(address), url)).toEqual(sources),
);

test.each([
  ['http://localhost:8000', true],
  ['http://127.0.0.1', true],
  ['http://[::1]:8000/a', true],
  ['http://localhost.example.org', false],
  ['http://192.0.2.1', false],
])('%s is this computer: %s', (source, is) => expect(isThisComputer(source)).toBe(is));
