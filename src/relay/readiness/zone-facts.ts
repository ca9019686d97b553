import { createPublicKey } from 'node:crypto';
import { type Model, PATHS } from '../../model/model.ts';
import { issuerOf, reverseRecords, type ZoneRecord, zoneOf } from '../../model/zone.ts';
import { readRegular } from '../lib/read-regular.ts';
import type { State } from './state.ts';

const publicKey = (): string =>
  createPublicKey(readRegular(PATHS.dkimKey) ?? '')
    .export({ type: 'spki', format: 'der' })
    .toString('base64');

/** What this relay's DNS has to say: its zone, and the names of its addresses. */
export const recordsOf = (
  { domain, acmeDirectory }: Model,
  { addresses = {}, account }: Pick<State, 'addresses' | 'account'>,
): { zone: ZoneRecord[]; reverse: ZoneRecord[] } => {
  const issuer = issuerOf(acmeDirectory);
  const facts = { domain, addresses, dkimKey: publicKey(), account, issuer };
  return { zone: zoneOf(facts), reverse: reverseRecords(facts) };
};
