/**
 * The network of a client, by which it is counted: the first three numbers of an IPv4 address, the first four
 * groups of an IPv6 address. Anything else counts as one.
 */
export const networkOf = (address: string): string => {
  const ipv4 = /^(?:::ffff:)?(\d+\.\d+\.\d+)\.\d+$/.exec(address)?.[1];
  if (ipv4 !== undefined || !address.includes(':')) return ipv4 ?? '';
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':'));
  const missing = address.includes('::') ? Array(Math.max(0, 8 - head.length - tail.length)).fill('0') : [];
  return [...head, ...missing, ...tail].slice(0, 4).join(':');
};
