import type { Cloud } from './cloud.ts';
import { asOf, documented, reported, unconfirmed } from './fact.ts';

export const google = {
  name: 'google',
  aliases: ['gcp', 'gce'],
  title: 'Google Compute Engine',
  userData: {
    edit: documented(
      'edit the instance, metadata key user-data; then reset it',
      "Compute Engine's documentation, custom metadata",
    ),
    form: unconfirmed('Create instance, Management, Metadata: key user-data', 'its console'),
    limit: documented({ bytes: 262_144, of: 'text' }, 'Compute Engine API v1, metadata.items'),
    encoding: documented(
      'plain text in the metadata key user-data; base64 with user-data-encoding set to base64',
      'DataSourceGCE.py of cloud-init 22.4.2',
    ),
    gzip: documented('inside base64', 'DataSourceGCE.py of cloud-init 22.4.2'),
  },
  cloudInit: {
    names: ['gce'],
    datasource: documented('GCE', 'ds-identify of cloud-init 22.4.2'),
    dmi: documented(
      { product_name: 'Google Compute Engine', product_serial: 'GoogleCloud-0123456789ABCDEF' },
      'ds-identify of cloud-init 22.4.2',
    ),
    askIpv4: documented(
      [
        'computeMetadata/v1/instance/network-interfaces/0/access-configs/0/external-ip',
        'Metadata-Flavor',
        'Google',
      ],
      "Compute Engine's documentation, predefined metadata keys",
    ),
    tags: documented('meta_data.instance_data', 'DataSourceGCE.py of cloud-init 22.4.2'),
  },
  port25: reported(
    { state: 'blocked', text: 'outgoing 25 is always blocked', help: 'Google does not open it.' },
    "nylas and captaindns, quoting Google's documentation",
  ),
  reverseDns: unconfirmed('PTR on the external address, for a verified domain', 'the provider'),
  firewall: unconfirmed(
    {
      name: 'VPC firewall',
      isClosed: true,
      where: 'VPC network, Firewall, Create firewall rule: ingress, source 0.0.0.0/0',
    },
    'its console',
  ),
  login: documented('debian', 'packer-plugin-googlecompute, examples'),
  imageImport: documented(
    'disk.raw in a tar.gz in Cloud Storage',
    'packer-plugin-googlecompute, googlecompute-import',
  ),
  packer: {
    builder: 'googlecompute',
    image: asOf('2026-11', documented('debian-12', 'packer-plugin-googlecompute, examples')),
    machine: asOf('2026-11', documented('e2-small', "Compute Engine's documentation, machine types")),
    region: asOf('2026-11', documented('europe-west3-a', "Compute Engine's documentation, zones")),
    lists: documented(
      {
        machine_type: 'gcloud compute machine-types list',
        zone: 'gcloud compute zones list',
        source_image_family: 'gcloud compute images list',
      },
      'gcloud, its client',
    ),
  },
} as const satisfies Cloud;
