import type { Cloud } from './cloud.ts';
import { asOf, documented, reported, unconfirmed } from './fact.ts';

export const scaleway = {
  name: 'scaleway',
  aliases: ['scw'],
  title: 'Scaleway',
  userData: {
    edit: documented(
      '`scw instance user-data set server-id=ID key=cloud-init content=@relay.txt`, or edit the cloud-init of the instance in the console; then reboot',
      'scaleway-cli, instance user-data',
    ),
    form: unconfirmed(
      'Create instance, image Debian Bookworm, Advanced options, "Cloud-init"',
      'its console',
    ),
    encoding: documented('plain text only', "Scaleway's documentation, use-cloud-init"),
    gzip: documented('no', "Scaleway's documentation, use-cloud-init"),
  },
  cloudInit: {
    names: ['scaleway'],
    datasource: documented(
      'Scaleway; NoCloud for instances without a public address',
      "Scaleway's documentation, use-cloud-init",
    ),
    dmi: documented({ sys_vendor: 'Scaleway' }, 'ds-identify of cloud-init 22.4.2'),
    ipv4: documented('meta_data.public_ip.address', "Scaleway's documentation, use-cloud-init"),
    tags: documented('meta_data.tags', 'DataSourceScaleway.py of cloud-init 22.4.2'),
  },
  port25: documented(
    {
      state: 'on request',
      text: 'outgoing 25, 465 and 587 are blocked',
      help: 'Verify your identity, then tick “Enable SMTP” in the security group.',
    },
    "Scaleway's documentation, send emails from an instance",
  ),
  reverseDns: documented('in the console', "Scaleway's documentation, reverse DNS"),
  firewall: unconfirmed(
    { name: 'security group', isClosed: true, where: 'Instances, Security groups, Rules: inbound' },
    'its console',
  ),
  login: documented('root', 'packer-plugin-scaleway, examples'),
  defaultDomains: reported(
    ['dedibox.fr', 'poneytelecom.eu', 'scaleway.com', 'scw.cloud'],
    'names of rented machines',
  ),
  imageImport: documented(
    'qcow2 from Object Storage, not with zstd compression',
    "Scaleway's documentation, import an image",
  ),
  packer: {
    builder: 'scaleway',
    image: asOf('2026-11', documented('debian_bookworm', 'packer-plugin-scaleway, examples')),
    machine: asOf('2026-11', documented('DEV1-S', 'packer-plugin-scaleway, examples')),
    region: asOf('2026-11', documented('fr-par-1', 'packer-plugin-scaleway, examples')),
    lists: documented(
      {
        commercial_type: 'scw instance server-type list',
        image: 'scw marketplace image list',
      },
      'scw, its client',
    ),
  },
} as const satisfies Cloud;
