import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { get } from 'node:http';
import { authorityOf } from '../../dns/authority.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { readState, updateState } from '../lib/state.ts';
import { isPublic } from './public-address.ts';

const FOLDER = '/.well-known/acme-challenge';

/** Whether a request to that address comes to this machine: it has what was put here a moment ago. */
const isOurs = async (host: string): Promise<boolean> => {
  const nonce = randomUUID();
  const file = `/run/acme/acme-challenge/${nonce}`;
  replaceFile(file, nonce);
  try {
    return await new Promise((resolve) => {
      const question = get({ host, path: `${FOLDER}/${nonce}`, timeout: 3000 }, (answer) => {
        answer.once('data', (data) => resolve(String(data) === nonce)).once('end', () => resolve(false));
      });
      question.once('timeout', () => question.destroy()).once('error', () => resolve(false));
    });
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
