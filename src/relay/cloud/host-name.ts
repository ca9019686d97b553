import { isDomain } from '../../config/domain.ts';
import { DEFAULT_DOMAINS } from '../../model/clouds/relay-table.ts';

/** Names for use within a network (RFC 6761, RFC 6762, RFC 8375, and by habit). */
const INNER = 'arpa|corp|example|home|host|internal|invalid|lan|local|localdomain|localhost|onion|test';

/** Below these, hosts without a record in `model/clouds` name machines by themselves. */
const OTHER_HOSTS = ['hstgr.cloud', 'stratoserver.net'];

const HOSTS = [...DEFAULT_DOMAINS, ...OTHER_HOSTS].join('|').replaceAll('.', '\\.').replaceAll('N', '\\d+');

// An address in a name, either way round, was not put there by a person.
const DEFAULT = new RegExp(`\\d+([.-])\\d+\\1\\d+\\1\\d+|(^|\\.)(${INNER}|${HOSTS})$`);

/** The domain that a machine's owner must have given it for a name; `undefined` for a name made by a machine. */
export const chosenName = (hostName: string | undefined): string | undefined => {
  const name = hostName?.toLowerCase().replace(/\.$/, '') ?? '';
  return isDomain(name) && !DEFAULT.test(name) ? name : undefined;
};
