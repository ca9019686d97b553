import { createPublicKey } from 'node:crypto';
import { type Model, PATHS } from '../../model/model.ts';
import { issuerOf, reverseRecords, type ZoneRecord, zoneOf } from '../../model/zone.ts';
import { readRegular } from '../lib/read-regular.ts';
import type { State } from './state.ts';

const publicKey = (): string =>
  createPublicKey(readRegular(PATHS.dkimKey) ?? '')
    .export({ type: 'spki', format: 'der' })
    .toString('base64');

/** The DNS records of this relay: its zone, and the reverse names of its addresses. */
export const recordsOf = (
  { domain, acmeDirectory }: Model,
  { addresses = {}, account, authority }: Pick<State, 'addresses' | 'account' | 'authority'>,
): { zone: ZoneRecord[]; reverse: ZoneRecord[] } => {
  const issuer = authority?.issuers[0] ?? issuerOf(acmeDirectory);
  // An account at the authority of before is none at this one.
  const isOurs = (authority?.directory ?? acmeDirectory) === acmeDirectory;
  const facts = { domain, addresses, dkimKey: publicKey(), account: isOurs ? account : undefined, issuer };
  return { zone: zoneOf(facts), reverse: reverseRecords(facts) };
};
