import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import { PACKAGES } from '../model/packages.ts';
import type { DebianPackage } from './debian-packages.ts';

interface Contents {
  readonly version: string;
  readonly epoch: number;
  readonly packages: readonly DebianPackage[];
  /** The project's own files. */
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
}

const isOurs = (name: string): boolean => PACKAGES.some((one) => one === name);

/** Ours is what the packages contain; an image has Debian's, each with its own licence. */
const licencesOf = (file: string): Models.LicenseRepository =>
  new Models.LicenseRepository(file.endsWith('.deb') ? [new Models.SpdxLicense('MIT')] : []);

const componentOf = ({ name, version, architecture, source, licences }: DebianPackage): Models.Component => {
  const [upstream = '', upstreamVersion = ''] = source.split(' ');
  const value = encodeURIComponent;
  // github.com/package-url/purl-spec, types-doc/deb-definition.
  const vendor = isOurs(name) ? 'chatmail-image' : 'debian';
  const distro = isOurs(name) ? '' : '&distro=bookworm';
  const purl =
    `pkg:deb/${vendor}/${value(name)}@${value(version)}?arch=${architecture}${distro}` +
    `&upstream=${value(`${upstream}@${upstreamVersion}`)}`;
  return new Models.Component(Enums.ComponentType.Library, name, {
    version,
    purl,
    bomRef: purl,
    licenses: new Models.LicenseRepository(licences.map((licence) => new Models.NamedLicense(licence))),
    properties: new Models.PropertyRepository([
      new Models.Property('debian:source', upstream),
      new Models.Property('debian:source:version', upstreamVersion),
    ]),
  });
};

/** What is in a release, in CycloneDX 1.6: Debian's packages and the project's own files. The same bytes for the same contents. */
export const sbomText = ({ version, epoch, packages, files }: Contents): string => {
  const relay = new Models.Component(Enums.ComponentType.OperatingSystem, 'chatmail-relay', {
    version,
    bomRef: `chatmail-relay@${version}`,
    licenses: new Models.LicenseRepository([new Models.SpdxLicense('MIT')]),
  });
  const timestamp = new Date(epoch * 1000);
  const bom = new Models.Bom({ metadata: new Models.Metadata({ timestamp, component: relay }) });
  for (const one of packages) bom.components.add(componentOf(one));
  for (const { name, sha256 } of files)
    bom.components.add(
      new Models.Component(Enums.ComponentType.File, name, {
        version,
        bomRef: name,
        hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-256'], sha256]]),
        licenses: licencesOf(name),
      }),
    );
  const factory = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return `${new Serialize.JsonSerializer(factory).serialize(bom, { sortLists: true, space: 2 })}\n`;
};
