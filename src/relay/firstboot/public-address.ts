import { isIPv4 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import type { Addresses } from '../../model/zone.ts';

/** RFC 6890: what is not reachable from the Internet, as far as a relay's own interface may show it. */
const NOT_PUBLIC =
  /^(0|10|127)\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\.|^192\.168\.|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./;

export const isPublic = (address: string): boolean => !NOT_PUBLIC.test(address);

/**
 * The addresses to find a relay at: IPv4 a public one if there is one, else the first that is not loopback's;
 * IPv6 a global one (RFC 4291 §2.4), and none where it is switched off.
 */
export const ownAddresses = (interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): Addresses => {
  const addresses = Object.values(interfaces)
    .flatMap((infos) => infos ?? [])
    .filter((info) => !info.internal)
    .map((info) => info.address);
  const v4 = addresses.filter((address) => isIPv4(address));
  const ipv4 = v4.find(isPublic) ?? v4[0];
  const ipv6 = addresses.find((address) => /^[23][^.]*:/.test(address));
  return { ...(ipv4 && { ipv4 }), ...(ipv6 && { ipv6 }) };
};
