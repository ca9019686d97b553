import type { Cloud } from '../model/clouds/cloud.ts';
import { unconfirmed } from '../model/clouds/fact.ts';

const UNKNOWN = 'the provider';

/** What is said of a provider that has no record, in the form of one. */
export const otherProvider = {
  name: 'other',
  aliases: [],
  title: 'Another provider',
  userData: {
    form: unconfirmed(
      'choose Debian 12, and look for a field called user-data, cloud-init, cloud config, custom data or initialization script',
      UNKNOWN,
    ),
  },
  cloudInit: { names: [] },
  port25: unconfirmed({ state: 'on request', text: 'ask the provider whether outgoing 25 is open' }, UNKNOWN),
  reverseDns: unconfirmed('ask the provider', UNKNOWN),
  firewall: unconfirmed({ isClosed: false }, UNKNOWN),
  login: unconfirmed('root or debian, as the provider says', UNKNOWN),
} as const satisfies Cloud;

/** The same where it has no field for user-data, but a login by SSH. */
export const otherBySsh: Cloud = { ...otherProvider, userData: {} };
