import { checkZone } from '../../dns/check-zone.ts';
import { checkReport, isComplete } from '../../dns/report.ts';
import type { Model } from '../../model/model.ts';
import { zoneFile, zoneTable } from '../../model/zone-text.ts';
import { readState } from '../readiness/state.ts';
import { recordsOf } from '../readiness/zone-facts.ts';

/** Prints what to publish; with `--check` how public DNS compares. Exit status 1 when something required is not so. */
export const dns = async (model: Model, flags: readonly string[]): Promise<number> => {
  if (model.isIpOnly) {
    process.stderr.write('this relay has no domain and needs no DNS records\n');
    return 0;
  }
  const { zone, reverse } = recordsOf(model, readState() ?? {});
  const isChecked = flags.includes('--check');
  const records = isChecked ? await checkZone(model.domain, [...zone, ...reverse]) : zone;
  const print = isChecked ? checkReport : flags.includes('--table') ? zoneTable : zoneFile;
  process.stdout.write(flags.includes('--json') ? `${JSON.stringify(records)}\n` : print(records as never));
  return isChecked && !isComplete(records as never) ? 1 : 0;
};
