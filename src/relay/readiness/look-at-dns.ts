import { checkZone } from '../../dns/check-zone.ts';
import type { CheckedRecord } from '../../dns/compare.ts';
import type { Model } from '../../model/model.ts';
import { learnAddress } from './learn-address.ts';
import { readState } from './state.ts';
import { recordsOf } from './zone-facts.ts';

/** What public DNS says of this relay now. */
export const lookAtDns = async (model: Model): Promise<CheckedRecord[]> => {
  await learnAddress(model.domain);
  const { zone, reverse } = recordsOf(model, readState() ?? {});
  return checkZone(model.domain, [...zone, ...reverse]);
};
