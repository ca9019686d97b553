import { expect, test } from 'vitest';
import { releaseUrl } from '../../../src/relay/share/release-url.ts';
import { sourcesFile } from '../../../src/release/sources-file.ts';

test.each(['https://example.org/relay', 'http://192.0.2.1:8080', 'https://example.org/debian'])(
  'what a release at %s has written',
  (url) => expect(releaseUrl(sourcesFile(url, 'KEY\n\nURIs: https://other.example/debian'))).toBe(url),
);

test.each([
  ['a folder with a slash', 'URIs: https://example.org/debian/\n', 'https://example.org'],
  ['no file', '', undefined],
  ['another archive', 'URIs: https://deb.example.org/other\n', undefined],
  ['no web server', 'URIs: file:/srv/debian\n', undefined],
])('%s', (_, sources, url) => expect(releaseUrl(sources)).toBe(url));
