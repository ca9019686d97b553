import type { Cloud } from './cloud.ts';
import { asOf, documented, reported, unconfirmed } from './fact.ts';

export const vultr = {
  name: 'vultr',
  aliases: [],
  title: 'Vultr',
  userData: {
    replace: unconfirmed(
      'change it in the settings of the instance, User-Data; then reinstall, which keeps the address',
      'its panel',
    ),
    form: unconfirmed('Deploy, image Debian 12, Additional features, "Cloud-Init User-Data"', 'its panel'),
    encoding: documented('plain text in the panel, base64 in the API', 'govultr; packer-plugin-vultr'),
  },
  cloudInit: {
    names: ['vultr'],
    datasource: documented('Vultr', 'ds-identify of cloud-init 22.4.2'),
    dmi: documented({ sys_vendor: 'Vultr' }, 'ds-identify of cloud-init 22.4.2'),
  },
  port25: reported(
    {
      state: 'on request',
      text: 'outgoing 25 is blocked',
      help: 'Ask its support to open it; it does not always do so.',
    },
    'emailwiz#172',
  ),
  reverseDns: documented('in the API', 'govultr'),
  firewall: unconfirmed({ isClosed: false }, 'its panel'),
  login: documented('root', 'packer-plugin-vultr, examples'),
  defaultDomains: reported(
    ['vultr.guest'],
    'names of rented machines, as in Received fields of public mailing lists',
  ),
  imageImport: documented('snapshot from a URL: raw, not compressed', 'docs.vultr.com'),
  packer: {
    builder: 'vultr',
    image: asOf('2026-11', documented('2136', "Vultr's API, operating systems")),
    machine: asOf('2026-11', documented('vc2-1c-1gb', "Vultr's API, plans")),
    region: asOf('2026-11', documented('fra', "Vultr's API, regions")),
    lists: documented(
      {
        plan_id: 'vultr-cli plans list',
        region_id: 'vultr-cli regions list',
        os_id: 'vultr-cli os list',
      },
      'vultr-cli, its client',
    ),
  },
} as const satisfies Cloud;
