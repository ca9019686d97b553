import type { Cloud } from './cloud.ts';
import { reported, unconfirmed } from './fact.ts';

export const netcup = {
  name: 'netcup',
  aliases: [],
  title: 'netcup',
  userData: {},
  cloudInit: { names: [], datasource: unconfirmed('NoCloud or ConfigDrive', 'the provider') },
  reverseDns: unconfirmed('in the panel', 'the provider'),
  defaultDomains: reported(
    [
      ...['yourvserver.net', 'bestsrv.de', 'goodsrv.de', 'happysrv.de', 'hotsrv.de', 'luckysrv.de'],
      ...['megasrv.de', 'nicesrv.de', 'powersrv.de', 'quicksrv.de', 'supersrv.de', 'ultrasrv.de'],
    ],
    'names of rented machines',
  ),
  imageImport: unconfirmed('in the server panel', 'the provider'),
} as const satisfies Cloud;
