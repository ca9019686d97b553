import type { Cloud } from './cloud.ts';
import { documented, reported, unconfirmed } from './fact.ts';

export const ionos = {
  name: 'ionos',
  aliases: [],
  title: 'IONOS Cloud',
  userData: {
    encoding: documented('base64, on the boot volume', 'ionosctl, docs; terraform-provider-ionoscloud'),
  },
  cloudInit: {
    names: [],
    datasource: unconfirmed('NoCloud or ConfigDrive', 'it has none of its own in ds-identify'),
  },
  port25: unconfirmed({ state: 'on request', text: 'blocked by default' }, 'the provider'),
  reverseDns: documented('DNS API', 'ionosctl, docs'),
  defaultDomains: reported(['onlinehome-server.com', 'onlinehome-server.info'], 'names of rented machines'),
  imageImport: documented('over FTPS', 'ionosctl, docs'),
} as const satisfies Cloud;
