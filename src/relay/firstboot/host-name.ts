import { isDomain } from '../../config/domain.ts';

/** Names for use within a network (RFC 6761, RFC 6762, RFC 8375, and by habit). */
const INNER = 'arpa|corp|example|home|host|internal|invalid|lan|local|localdomain|localhost|onion|test';

/** Below these, providers name machines by themselves, and without the address that gives such a name away. */
const PROVIDERS =
  'azure.com|cloudapp.net|contabo(server)?.net|hstgr.cloud|novalocal|onlinehome-server.(com|info)|openstacklocal|oraclevcn.com|ovh.(ca|net|us)|scaleway.com|scw.cloud|stratoserver.net|upcloud.host|your-(cloud.host|server.de)|yourvserver.net|(best|good|happy|hot|lucky|mega|nice|quick|super|ultra)srv.de';

const DEFAULT = new RegExp(
  // An address in a name, either way round, was not put there by a person.
  `\\d+([.-])\\d+\\1\\d+\\1\\d+|(^|\\.)(${INNER}|${PROVIDERS.replaceAll('.', '\\.')})$`,
);

/** The domain that a machine's owner must have given it for a name; `undefined` for a name made by a machine. */
export const chosenName = (hostName: string | undefined): string | undefined => {
  const name = hostName?.toLowerCase().replace(/\.$/, '') ?? '';
  return isDomain(name) && !DEFAULT.test(name) ? name : undefined;
};
