import type { Cloud } from './cloud.ts';
import { asOf, documented, reported, unconfirmed } from './fact.ts';

export const upcloud = {
  name: 'upcloud',
  aliases: [],
  title: 'UpCloud',
  userData: {
    replace: unconfirmed('delete the server and deploy it again', 'its panel'),
    form: unconfirmed('Deploy a server, Debian 12, "Initialization script"', 'its panel'),
    encoding: unconfirmed('plain text, or the URL of a script', 'terraform-provider-upcloud'),
  },
  cloudInit: {
    names: ['upcloud'],
    datasource: documented(
      'UpCloud; the metadata service must be switched on',
      'terraform-provider-upcloud, metadata',
    ),
    dmi: documented({ sys_vendor: 'UpCloud' }, 'ds-identify of cloud-init 22.4.2'),
  },
  port25: unconfirmed(
    {
      state: 'on request',
      text: 'blocked during the trial',
      help: 'End the trial, then ask its support.',
    },
    'the provider',
  ),
  reverseDns: documented('in the panel and the API', "UpCloud's API, ptr_record"),
  firewall: unconfirmed({ name: "UpCloud's firewall", isClosed: false }, 'its panel'),
  login: unconfirmed('root', 'the provider'),
  defaultDomains: reported(['upcloud.host'], 'names of rented machines'),
  imageImport: documented('raw, gzip or xz', 'packer-plugin-upcloud, upcloud-import'),
  packer: {
    builder: 'upcloud',
    image: asOf('2026-11', documented('Debian GNU/Linux 12', "UpCloud's list of templates")),
    region: asOf('2026-11', documented('de-fra1', "UpCloud's list of zones")),
    lists: documented(
      {
        zone: 'upctl zone list',
        storage_name: 'upctl storage list --public --template',
      },
      'upctl, its client',
    ),
  },
} as const satisfies Cloud;
