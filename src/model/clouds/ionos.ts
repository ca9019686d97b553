import type { Cloud } from './cloud.ts';
import { documented, reported, unconfirmed } from './fact.ts';

export const ionos = {
  name: 'ionos',
  aliases: [],
  title: 'IONOS',
  userData: {
    encoding: documented('base64, on the boot volume', 'ionosctl, docs; terraform-provider-ionoscloud'),
  },
  cloudInit: {
    names: [],
    datasource: unconfirmed('NoCloud or ConfigDrive', 'it has none of its own in ds-identify'),
  },
  port25: reported(
    { state: 'on request', text: 'outgoing 25 is blocked', help: 'Ask its support to open it.' },
    'users of its VPS',
  ),
  reverseDns: unconfirmed('in the Cloud Panel, Network, Public IP', 'its panel'),
  firewall: documented(
    { name: 'firewall policy', isClosed: true, where: 'Servers & Cloud, Network, Firewall Policies' },
    "IONOS's help, editing a firewall policy",
  ),
  login: reported('root', 'users of its VPS'),
  defaultDomains: reported(['onlinehome-server.com', 'onlinehome-server.info'], 'names of rented machines'),
  imageImport: documented('over FTPS', 'ionosctl, docs'),
} as const satisfies Cloud;
