import { isIPv4 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import { type RelayCloud, relayCloud } from '../../model/clouds/relay-cloud.ts';
import { isPublic } from '../../model/is-public.ts';
import type { Addresses } from '../../model/zone.ts';
import { askHttp } from '../lib/ask-http.ts';
import type { Cloud } from './read-cloud.ts';

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

const addressesIn = (interfaces: Interfaces, family: 'IPv4' | 'IPv6'): string[] =>
  Object.values(interfaces)
    .flatMap((infos) => infos ?? [])
    .filter((info) => info.family === family && !info.internal)
    .map((info) => info.address);

const METADATA = 'http://169.254.169.254/';
const PATIENCE_MS = 2000;
const LIMIT = 10_000;

const publicIn = (text = ''): string | undefined =>
  text.match(/\d+(\.\d+){3}/g)?.find((address) => isIPv4(address) && isPublic(address));

/** Asks the cloud's metadata service once; `undefined` when it has no address, or no answer in time. */
export const askForAddress = async (
  { ask }: RelayCloud,
  service = METADATA,
  timeoutMs = PATIENCE_MS,
): Promise<string | undefined> => {
  if (!ask) return undefined;
  const [path, header, value = ''] = ask;
  const headers = header ? { [header]: value } : {};
  const answer = await askHttp(service + path, { headers, timeoutMs, maxBytes: LIMIT }).catch(
    () => undefined,
  );
  return answer?.status === 200 ? publicIn(answer.body) : undefined;
};

/**
 * The addresses to find the machine at. IPv4: a public one of its interfaces, else what the cloud translates to
 * it, else a private one. IPv6: a global one (RFC 4291 §2.4) of an interface, as NAT does not exist for those.
 */
export const findAddresses = async (
  interfaces: Interfaces,
  cloud: Cloud,
  ask: typeof askForAddress = askForAddress,
): Promise<Addresses> => {
  const own = addressesIn(interfaces, 'IPv4');
  const ipv6 = addressesIn(interfaces, 'IPv6').find((address) => /^[23][^.]*:/.test(address));
  const ipv4 = own.find(isPublic) ?? publicIn(cloud.ipv4) ?? (await ask(relayCloud(cloud.name))) ?? own[0];
  return { ...(ipv4 !== undefined && { ipv4 }), ...(ipv6 !== undefined && { ipv6 }) };
};
