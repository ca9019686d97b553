import { execFileSync } from 'node:child_process';
import { isIP } from 'node:net';

/** A new key, and with it a request or, with `-x509`, a certificate for these names and addresses (openssl-req(1)). */
export const makeKey = (hosts: readonly string[], key: string, out: string, ...more: string[]): void => {
  const names = hosts.map((host) => `${isIP(host) ? 'IP' : 'DNS'}:${host}`);
  // biome-ignore format: one option a line reads worse
  execFileSync('openssl', ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-addext', `subjectAltName=${names}`, '-keyout', key, '-out', out, ...more],
    { stdio: ['ignore', 'ignore', 'pipe'] });
};
