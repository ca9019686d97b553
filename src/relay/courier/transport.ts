import { createHash } from 'node:crypto';

/**
 * The answer to Postfix for a domain that is reached by /mxdeliv: its transport and where that delivers to. To Postfix
 * that text is the destination, which deliveries are limited by and recipients are put together by. So each domain
 * has a text of its own, spelled by a hash of its name: paths that all lead to one socket. A socket's path must be
 * short (unix(7)): this has 86 characters at most.
 */
export const transportTo = (domain: string): string => {
  const bits = createHash('sha256').update(domain).digest().readUInt32BE().toString(2).padStart(32, '0');
  return `mxdeliv:unix:chatmail/${bits.replaceAll('1', './').replaceAll('0', '/')}courier.sock`;
};
