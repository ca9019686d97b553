import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { expect, test, vi } from 'vitest';
import { licencesOf, packagesOf } from '../../src/release/debian-packages.ts';
import { sbomText } from '../../src/release/sbom.ts';
import { sourcesFile } from '../../src/release/sources-file.ts';

// Compiling the schema of CycloneDX takes two seconds, beside other tests more.
vi.setConfig({ testTimeout: 30_000 });

const STATUS = `Package: libssl3
Status: install ok installed
Source: openssl
Architecture: amd64
Version: 3.0.17-1~deb12u3

Package: bash
Status: install ok installed
Architecture: amd64
Version: 5.2.15-2+b7
Source: bash (5.2.15-2)

Package: gone
Status: deinstall ok config-files
Version: 1
`;

test('packages have their source, and those that are not installed are left out', () => {
  expect(packagesOf(STATUS)).toEqual([
    {
      name: 'libssl3',
      version: '3.0.17-1~deb12u3',
      architecture: 'amd64',
      source: 'openssl 3.0.17-1~deb12u3',
    },
    { name: 'bash', version: '5.2.15-2+b7', architecture: 'amd64', source: 'bash 5.2.15-2' },
  ]);
});

const COPYRIGHT = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n';

test.each([
  [
    `${COPYRIGHT}\nFiles: *\nLicense: MIT\n text\n\nFiles: b\nLicense: GPL-2+\n\nLicense: MIT\n`,
    ['GPL-2+', 'MIT'],
  ],
  [`${COPYRIGHT}Files: *\nLicense:\n text\n`, []],
  ['This is free software.\nLicense: somewhere in prose\n', []],
  [
    "can be found in `/usr/share/common-licenses/LGPL-2.1', and\n/usr/share/common-licenses/GPL-2.\n",
    ['GPL-2', 'LGPL-2.1'],
  ],
  ['', []],
])('licences of %j', (text, licences) => expect(licencesOf(text)).toEqual(licences));

/** What the schema of CycloneDX has against it. */
const validationError = (text: string) =>
  new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);

test('an image is not under the licence of our packages, and they are not from Debian', () => {
  const [sha256, ours] = ['ab'.repeat(32), 'chatmail-relay'];
  const text = sbomText({
    version: '1.2.3',
    epoch: 0,
    files: ['a.deb', 'a.tar'].map((name) => ({ name, sha256 })),
    packages: [{ name: ours, version: '1', architecture: 'all', source: `${ours} 1`, licences: [] }],
  });
  const { components } = JSON.parse(text) as { components: { purl?: string; licenses?: unknown }[] };
  expect(components.map(({ purl, licenses }) => licenses ?? purl)).toEqual([
    [{ license: { id: 'MIT' } }],
    undefined,
    expect.stringMatching(/^pkg:deb\/chatmail-image\/chatmail-relay@1[?]arch=all&upstream=/),
  ]);
});

test('CycloneDX names each package with version, licence and source, and our files', async () => {
  const [libssl3, bash] = packagesOf(STATUS).map((one) => ({
    ...one,
    licences: one.name === 'bash' ? ['GPL-3+'] : [],
  }));
  if (!libssl3 || !bash) throw new Error('no packages');
  const contents = { version: '1.2.3', epoch: 0, files: [{ name: 'a.deb', sha256: 'ab'.repeat(32) }] };
  const text = sbomText({ ...contents, packages: [libssl3, bash] });
  expect(JSON.parse(text)).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: {
      timestamp: '1970-01-01T00:00:00.000Z',
      component: { name: 'chatmail-relay', version: '1.2.3' },
    },
    components: [
      { type: 'file', name: 'a.deb', hashes: [{ alg: 'SHA-256', content: 'ab'.repeat(32) }] },
      {
        name: 'bash',
        version: '5.2.15-2+b7',
        purl: 'pkg:deb/debian/bash@5.2.15-2%2Bb7?arch=amd64&distro=bookworm&upstream=bash%405.2.15-2',
        licenses: [{ license: { name: 'GPL-3+' } }],
      },
      {
        name: 'libssl3',
        properties: [{ name: 'debian:source', value: 'openssl' }, { name: 'debian:source:version' }],
      },
    ],
  });
  expect(sbomText({ ...contents, packages: [bash, libssl3] })).toBe(text);
  expect(await validationError(text)).toBeNull();
  expect(await validationError(text.replace('"file"', '"flie"'))).not.toBeNull();
});

test("apt's file has the key as a paragraph without empty lines", () => {
  expect(sourcesFile('https://example.org/r', '-----BEGIN-----\n\nabc\n-----END-----\n')).toBe(
    `Types: deb
URIs: https://example.org/r/debian
Suites: stable
Components: main
Signed-By:
 -----BEGIN-----
 .
 abc
 -----END-----
`,
  );
});
