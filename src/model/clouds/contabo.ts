import type { Cloud } from './cloud.ts';
import { documented, reported, unconfirmed } from './fact.ts';

export const contabo = {
  name: 'contabo',
  aliases: [],
  title: 'Contabo',
  userData: {},
  cloudInit: { names: [] },
  port25: reported({ state: 'open', text: 'open' }, 'stalwart, discussion 23'),
  reverseDns: reported('in the Customer Control Panel, Reverse DNS Management', "Contabo's users"),
  firewall: unconfirmed({ isClosed: false }, 'the provider'),
  login: reported('root', "Contabo's users"),
  defaultDomains: reported(['contabo.net', 'contaboserver.net'], 'names of rented machines'),
  imageImport: documented('qcow2 or iso from a URL', "Contabo's documentation, custom images"),
} as const satisfies Cloud;
