import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { authorityOf } from '../../dns/authority.ts';
import { isPublic } from '../../model/is-public.ts';
import { askHttp } from '../lib/ask-http.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { readState } from './state.ts';
import { updateState } from './update-state.ts';

const CHALLENGES = '/run/acme/acme-challenge';

/** Whether a request to that address, a name or IPv4, comes to this machine: it has what was put here a moment ago. */
export const isOurs = async (host: string, challenges = CHALLENGES, timeoutMs = 3000): Promise<boolean> => {
  const nonce = randomUUID();
  const file = `${challenges}/${nonce}`;
  replaceFile(file, nonce);
  try {
    const url = `http://${host}/.well-known/acme-challenge/${nonce}`;
    return (await askHttp(url, { timeoutMs, maxBytes: nonce.length })).body === nonce;
  } catch {
    return false;
  } finally {
    rmSync(file);
  }
};

/**
 * Behind NAT no interface has the address that the Internet knows. Where DNS has one for the domain that leads
 * here, that is it.
 */
export const learnAddress = async (domain: string): Promise<void> => {
  const { addresses = {} } = readState() ?? {};
  const { ipv4 } = addresses;
  if (ipv4 === undefined || isPublic(ipv4)) return;
  const [found] = (await (await authorityOf(domain)).ask(domain, 'A')).flatMap((answer) => answer ?? []);
  if (found !== undefined && found !== ipv4 && (await isOurs(found)))
    updateState({ addresses: { ...addresses, ipv4: found }, address: found, problems: undefined });
};
