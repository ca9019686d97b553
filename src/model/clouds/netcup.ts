import type { Cloud } from './cloud.ts';
import { reported, unconfirmed } from './fact.ts';

export const netcup = {
  name: 'netcup',
  aliases: [],
  title: 'netcup',
  userData: {},
  cloudInit: { names: [], datasource: unconfirmed('NoCloud or ConfigDrive', 'the provider') },
  port25: reported(
    {
      state: 'on request',
      text: '25, 465 and 587 are blocked by the firewall policy “netcup Mail block”',
      help: 'Remove that policy in the Server Control Panel, Firewall.',
    },
    "netcup's users, 2026",
  ),
  reverseDns: reported('in the Server Control Panel, Network', "netcup's users, 2026"),
  firewall: reported({ name: 'its firewall', isClosed: false }, "netcup's users, 2026"),
  login: reported('root', "netcup's users, 2026"),
  defaultDomains: reported(
    [
      ...['yourvserver.net', 'bestsrv.de', 'goodsrv.de', 'happysrv.de', 'hotsrv.de', 'luckysrv.de'],
      ...['megasrv.de', 'nicesrv.de', 'powersrv.de', 'quicksrv.de', 'supersrv.de', 'ultrasrv.de'],
    ],
    'names of rented machines',
  ),
  imageImport: unconfirmed('in the server panel', 'the provider'),
} as const satisfies Cloud;
