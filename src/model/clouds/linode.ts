import type { Cloud } from './cloud.ts';
import { asOf, documented, reported, unconfirmed } from './fact.ts';

export const linode = {
  name: 'linode',
  aliases: ['akamai'],
  title: 'Linode (Akamai)',
  userData: {
    script: documented(
      'Create a StackScript of `relay.txt`, and deploy Debian 12 from it',
      'linode/docs, StackScripts',
    ),
    replace: documented(
      'rebuild it with Debian 12 and the corrected StackScript, which keeps the address',
      'linode/docs, rescue and rebuild',
    ),
    encoding: documented('base64 in the API (metadata.user_data)', 'terraform-provider-linode'),
  },
  cloudInit: {
    names: [],
    datasource: documented(
      "none: Akamai's came to cloud-init after the version of Debian 12",
      "cloud-init's history: DataSourceAkamai, July 2023",
    ),
    ignoresUserData: true,
    // On older hosts it is Linode.
    dmi: documented({ sys_vendor: 'Akamai' }, 'ds-identify of cloud-init 25.1.4, dscheck_Akamai'),
  },
  port25: documented(
    {
      state: 'on request',
      text: 'outgoing 25, 465 and 587 are blocked on some new accounts',
      help: 'Open a ticket with its support.',
    },
    'linode/docs',
  ),
  reverseDns: documented('in the panel', 'linode/docs'),
  firewall: unconfirmed({ isClosed: false }, 'its panel'),
  login: documented('root', 'packer-plugin-linode, examples'),
  defaultDomains: reported(
    ['members.linode.com'],
    'names of rented machines, as in Received fields of public mailing lists',
  ),
  imageImport: documented('raw image in gzip, at most 5 GB compressed', 'linode/docs'),
  packer: {
    builder: 'linode',
    image: asOf('2026-11', documented('linode/debian12', 'packer-plugin-linode, examples')),
    machine: asOf('2026-11', documented('g6-nanode-1', 'packer-plugin-linode, examples')),
    region: asOf('2026-11', documented('eu-central', 'linode/docs')),
    lists: documented(
      {
        instance_type: 'linode-cli linodes types',
        region: 'linode-cli regions list',
        image: 'linode-cli images list',
      },
      'linode-cli, its client',
    ),
  },
} as const satisfies Cloud;
