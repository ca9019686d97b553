import { randomInt } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { Model } from '../../model/model.ts';

/** No letters and digits that look alike. */
const NAME = 'abcdefghjkmnpqrstuvwxyz23456789';
const PASSWORD = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789';

interface Credentials {
  readonly email: string;
  readonly password: string;
  /** What apps need to be told of a relay without a domain, or whose certificate nobody vouches for. */
  readonly dclogin_url?: string;
}

/**
 * The server that an app is to connect to: the relay by its name, or else by the address at which the visitor found
 * it. A relay with a certificate of its own waits for no DNS, and before that is there its name leads nowhere.
 * @param reached the host in the request, which is its sender's word for it
 */
export const serverFor = (
  { host, isSelfSigned, isIpOnly }: Pick<Model, 'host' | 'isSelfSigned' | 'isIpOnly'>,
  reached: string,
): string => (isSelfSigned && !isIpOnly && isIPv4(reached) && !/^(0|127)\./.test(reached) ? reached : host);

/**
 * A new address that does not exist yet; it comes into being with its first login at `server`. `random(n)` is below `n`.
 */
export const newCredentials = (
  { settings, addressDomain, isSelfSigned, isIpOnly, host }: Model,
  server: string = host,
  random: (below: number) => number = randomInt,
): Credentials => {
  const pick = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet.charAt(random(alphabet.length))).join('');
  const { username_min_length, username_max_length, password_min_length } = settings;
  const name = pick(NAME, Math.min(Math.max(username_min_length, 9), username_max_length));
  const email = `${name}@${addressDomain}`;
  const password = pick(PASSWORD, Math.max(password_min_length, 20));
  if (!isSelfSigned && !isIpOnly) return { email, password };
  // With the servers named the app need not ask for autoconfig, which fails for an address and a name that starts with `_`.
  const servers = `ih=${server}&sh=${server}`;
  // It takes any certificate.
  const check = isSelfSigned ? '&ic=3' : '';
  const dclogin_url = `dclogin:${email}?p=${password}&v=1&${servers}${check}`;
  return { email, password, dclogin_url };
};
