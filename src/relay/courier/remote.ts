import type { MxRecord } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { bodyOf, refuseUpgrade } from '../lib/ask-http.ts';
import { Certified } from './certified.ts';

/** `user@[IPv6:2001:db8::1]` → `[ipv6:2001:db8::1]` */
export const domainOf = (address: string): string =>
  address.slice(address.lastIndexOf('@') + 1).toLowerCase();

/** What is in the brackets of an address literal (RFC 5321 §4.1.3), in lower case; `undefined` for a domain. */
export const addressIn = (domain: string): string | undefined => /^\[(?:ipv6:)?(.*)\]$/.exec(domain)?.[1];

/** As many are tried as can be while Postfix waits for the word to go on. */
const MAX_HOSTS = 3;

/**
 * The hosts that take the mail of a domain, the preferred one first; the domain itself where it names none (RFC 5321
 * §5.1), the address in an address literal. None: it accepts no mail (RFC 7505), or is not a domain.
 */
export const mailHosts = async (
  domain: string,
  resolveMx: (domain: string) => Promise<MxRecord[]>,
): Promise<string[]> => {
  const literal = addressIn(domain);
  if (literal !== undefined) return isIP(literal) ? [literal] : [];
  if (!/^[\w.-]{1,253}$/.test(domain)) return [];
  const records = await resolveMx(domain).catch((error: NodeJS.ErrnoException): MxRecord[] => {
    if (error.code === 'ENODATA') return [{ exchange: domain, priority: 0 }];
    throw error;
  });
  // In the same order each time, so that the next one is another one.
  return records
    .sort((a, b) => a.priority - b.priority || (a.exchange < b.exchange ? -1 : 1))
    .flatMap(({ exchange }) => exchange || [])
    .slice(0, MAX_HOSTS);
};

/** A relay without a domain, or with one that starts with `_`, may sign its own certificate. */
const maySelfSign = (domain: string): boolean => /^[[_]/.test(domain);

/** Opens a request to `/mxdeliv` of the nth host for a domain's mail. Rejects where there is none. */
export type OpenRequest = (domain: string, nth: number, options: RequestOptions) => Promise<ClientRequest>;

/**
 * Nothing may take longer: an answer, or the next piece of the way. A server that keeps a connection open for less
 * than `IDLE_MS` is distinguished from one that fails: see `Post`.
 */
const TIMEOUT_MS = 60_000;

export const requestOpener = (
  isIpv4Only: boolean,
  mayConnect: (address: string) => boolean,
  { port = 443, certified = new Certified() } = {},
): OpenRequest => {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 4, timeout: TIMEOUT_MS, scheduling: 'lifo' });
  /** By unbound, as for MX; getaddrinfo would wait for slow name servers in one of four threads. */
  const lookup: LookupFunction = async (host, { all }, done) => {
    const [ipv4, ipv6] = await Promise.all([
      resolver.resolve4(host).catch(() => []),
      isIpv4Only ? [] : resolver.resolve6(host).catch(() => []),
    ]);
    // What is connected to is what was looked at: there is no other look-up in between.
    const addresses = [
      ...ipv6.map((address) => ({ address, family: 6 })),
      ...ipv4.map((address) => ({ address, family: 4 })),
    ].filter(({ address }) => mayConnect(address));
    const [first] = addresses;
    if (!first) done(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '', 0);
    else if (all) done(null, addresses);
    else done(null, first.address, first.family);
  };
  return async (domain, nth, options) => {
    const host = (await mailHosts(domain, (name) => resolver.resolveMx(name)))[nth];
    // A literal, or an MX that is none of a name, is not looked up.
    if (host === undefined || (isIP(host) && !mayConnect(host))) throw new Error('no host');
    return request({
      host,
      port,
      path: '/mxdeliv',
      agent,
      lookup,
      autoSelectFamily: true,
      rejectUnauthorized: !maySelfSign(domain) || certified.has(host),
      timeout: TIMEOUT_MS,
      ...options,
    } as RequestOptions)
      .on('timeout', function (this: ClientRequest) {
        this.destroy(new Error('timeout'));
      })
      .once('response', (response: IncomingMessage) => {
        const socket = response.socket as TLSSocket;
        const takesMail = response.statusCode === 405 || response.statusCode === 200;
        // Of a session that is resumed Node compares no name.
        if (isIP(host) && takesMail && socket.authorized && !socket.isSessionReused())
          certified.add(host, Date.parse(socket.getPeerCertificate().valid_to));
      });
  };
};

/** An answer is one line; a web page is cut short. */
const MAX_ANSWER = 2000;

/** The answer, or what is cut off of it; empty where it did not come. */
export const answerOf = (response: IncomingMessage): Promise<string> =>
  bodyOf(response, MAX_ANSWER).then(
    (body) => body.toString('latin1'),
    () => '',
  );

/**
 * Whether the first host of a domain that answers supports it: the answer to a GET asks for POST. Rejects without one.
 */
export const speaksMxdeliv = async (open: OpenRequest, domain: string, nth = 0): Promise<boolean> => {
  const asked = await open(domain, nth, { method: 'GET', timeout: 10_000 });
  return new Promise<boolean>((resolve, reject) => {
    const end = (act: () => void) => {
      clearTimeout(timer);
      act();
    };
    const timer = setTimeout(() => asked.destroy(new Error('timeout')), 10_000);
    refuseUpgrade(asked)
      .once('response', (response: IncomingMessage) => {
        end(() => resolve(response.statusCode === 405));
        void answerOf(response); // so that the connection can be used again
      })
      .once('error', (error) => end(() => reject(error)))
      .end();
  }).catch((error) =>
    speaksMxdeliv(open, domain, nth + 1).catch(() => {
      throw error;
    }),
  );
};
