import { BlockList, isIP } from 'node:net';

type Family = 'ipv4' | 'ipv6';

const familyOf = (address: string): Family | undefined =>
  (({ 4: 'ipv4', 6: 'ipv6' }) as const)[isIP(address)];

/** One list for each family: in a common one IPv4 addresses are in the blocks of IPv6 that embed them. */
const listsOf = (blocks: string): Readonly<Record<Family, BlockList>> => {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const block of blocks.trim().split(/\s+/)) {
    const [address = '', length] = block.split('/');
    const family = familyOf(address) ?? 'ipv4';
    lists[family].addSubnet(address, Number(length), family);
  }
  return lists;
};

/**
 * Addresses that are not reached across the Internet (IANA's IPv4 and IPv6 Special-Purpose Address Registries, RFC
 * 6890). Postfix has the same in templates/etc/postfix/dns_filter.
 *
 * This machine, its link, multicast, reserved. Of IPv6 all but 2000::/3 and fc00::/7, and so what embeds IPv4.
 */
const NEVER = listsOf(`
  0.0.0.0/8 127.0.0.0/8 169.254.0.0/16 224.0.0.0/3
  ::/3 4000::/2 8000::/2 c000::/3 e000::/4 f000::/5 f800::/6 fe00::/7
`);

/** Private, shared (RFC 6598), for documentation and benchmarks; of IPv6 also 6to4 and the block of Teredo. */
const PRIVATE = listsOf(`
  10.0.0.0/8 100.64.0.0/10 172.16.0.0/12 192.168.0.0/16
  192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24
  fc00::/7 2001::/23 2001:db8::/32 2002::/16 3fff::/20
`);

/** Whether mail may be carried to that IP address. `isPrivateAllowed`: also to what only a test or a LAN reaches. */
export const mayConnect = (address: string, isPrivateAllowed = false): boolean => {
  const family = familyOf(address);
  // A zone (RFC 4007) is for addresses of a link.
  if (family === undefined || address.includes('%')) return false;
  return (
    !NEVER[family].check(address, family) && (isPrivateAllowed || !PRIVATE[family].check(address, family))
  );
};
