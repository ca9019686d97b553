import { expect, test } from 'vitest';
import { changedFiles, isManifest } from '../../src/release/manifest.ts';

const SHA256 = 'ab'.repeat(32);
const KEY = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEabc+/=\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n';
const GOOD = {
  version: '0.1.0',
  sourceDateEpoch: 1,
  diskSize: 1,
  packages: [{ name: 'chatmail-relay_0.1.0_all.deb', size: 1, sha256: SHA256 }],
  images: [{ format: 'tar' as const, file: 'chatmail-relay-0.1.0.tar', size: 1, sha256: SHA256 }],
};

test('a manifest is believed if its parts are what they should be', () => {
  expect(isManifest(GOOD)).toBe(true);
  expect(isManifest({ ...GOOD, url: 'https://example.org/r', publicKey: KEY })).toBe(true);
});

const [one, image] = [GOOD.packages[0], GOOD.images[0]];
test.each([
  ['no packages', { packages: undefined }],
  ['no images', { images: undefined }],
  ['a date that is none', { sourceDateEpoch: 'today' }],
  ['a disk of a petabyte', { diskSize: 2 ** 50 }],
  ['a URL with more in it', { url: 'https://example.org/\nTrusted: yes' }],
  ['a key that is none', { publicKey: 'x' }],
  ['a key with more in it', { publicKey: `${KEY}\nTrusted: yes` }],
  ['a null among the packages', { packages: [null] }],
  ['a package elsewhere', { packages: [{ ...one, name: '../x' }] }],
  ['a package without a size', { packages: [{ ...one, size: undefined }] }],
  ['a package with half a checksum', { packages: [{ ...one, sha256: 'ab' }] }],
  ['an image of an unknown format', { images: [{ ...image, format: '../x' }] }],
  ['an image elsewhere', { images: [{ ...image, file: 'a/b' }] }],
])('%s: not believed', (_what, wrong) =>
  expect(isManifest({ ...GOOD, ...wrong } as unknown as typeof GOOD)).toBe(false),
);

test('what changed and what is missing is named, and not what is new', () => {
  const images = [{ ...GOOD.images[0], sha256: 'cd'.repeat(32) } as (typeof GOOD.images)[0]];
  expect(changedFiles(GOOD, GOOD)).toEqual([]);
  expect(changedFiles(GOOD, { packages: [], images })).toEqual([
    'chatmail-relay_0.1.0_all.deb',
    'chatmail-relay-0.1.0.tar',
  ]);
  expect(changedFiles({ packages: [], images: [] }, GOOD)).toEqual([]);
});
