import { expect, test } from 'vitest';
import type { Format } from '../../src/image/formats.ts';
import { checksumsText, type Manifest, manifestText, sameImage } from '../../src/image/manifest.ts';

const qcow2 = { format: 'qcow2', file: 'relay.qcow2', size: 5, sha256: 'aa' } as const;
const tar = { format: 'tar', file: 'relay.tar', size: 6, sha256: 'bb' } as const;
const manifest: Manifest = {
  name: 'relay',
  key: 'k',
  inputs: {
    suite: 'bookworm',
    sourceDateEpoch: 1,
    base: 'b',
    relayPackage: { version: '1', sha256: 'c' },
    overlay: 'o',
    diskSize: 1 << 30,
    compression: 'zlib',
    bootLoaders: 'ee',
    builder: '0.1.0',
  },
  files: [qcow2, tar],
  packages: [{ name: 'zstd', version: '1', size: 3 }],
  steps: [{ name: 'disk', seconds: 3.1 }],
};

test('is JSON that ends with a newline', () => {
  expect(manifestText(manifest).endsWith('}\n')).toBe(true);
  expect(JSON.parse(manifestText(manifest))).toEqual(manifest);
});

test('checksums are as sha256sum reads them', () => {
  expect(checksumsText(manifest.files)).toBe('aa  relay.qcow2\nbb  relay.tar\n');
});

test.each<[string, Partial<Manifest> | undefined, string, readonly Format[], unknown]>([
  ['the same', manifest, 'relay', ['qcow2', 'tar'], [qcow2, tar]],
  ['one of its formats', manifest, 'relay', ['tar'], [tar]],
  ['a format more', manifest, 'relay', ['qcow2', 'raw'], undefined],
  ['another name', manifest, 'mail', ['qcow2'], undefined],
  ['another key', { ...manifest, key: 'other' }, 'relay', ['qcow2'], undefined],
  ['no manifest', undefined, 'relay', ['qcow2'], undefined],
  ['something else in JSON', {}, 'relay', ['qcow2'], undefined],
])('the same image: %s', (_, found, name, formats, files) => {
  expect(sameImage(found, 'k', name, formats)).toEqual(files);
});
