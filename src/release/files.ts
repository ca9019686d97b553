import { FORMATS } from '../image/formats.ts';
import { CHECKSUMS } from './checksums.ts';
import type { ReleaseFile } from './docs/index-page.ts';
import type { ReleaseManifest } from './manifest.ts';

/** What the list of documents says of a release's files. */
export const filesOf = ({ packages, images, url, publicKey }: ReleaseManifest): ReleaseFile[] => [
  { name: 'index.html', what: 'the page that makes a text to paste' },
  ...images.map(({ file, format }) => ({ name: file, what: `an image: ${FORMATS[format]}` })),
  ...packages.map(({ name }) => ({ name, what: 'a Debian package' })),
  ...(url && publicKey
    ? [{ name: 'debian/chatmail.sources', what: 'the Debian archive, for /etc/apt/sources.list.d' }]
    : []),
  { name: CHECKSUMS, what: 'SHA-256 of every file' },
  { name: 'manifest.json', what: 'version, date, sizes and checksums, and what it takes to make it again' },
  { name: 'sbom.cdx.json', what: 'bill of materials (CycloneDX)' },
  { name: 'schema.json', what: 'JSON Schema of the settings, for editors' },
];
