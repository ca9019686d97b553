import { readRegular } from './read-regular.ts';
import { replaceFile } from './replace-file.ts';

/** What may be counted, with its labels. Values come from fixed sets: nothing that a stranger writes is one. */
interface Counted {
  readonly accounts_created: undefined;
  readonly accounts_refused: { readonly reason: string };
  readonly mail: {
    readonly direction: 'incoming' | 'outgoing';
    readonly result:
      | 'accepted'
      | 'rate'
      | 'recipient'
      | 'from'
      | 'cleartext'
      | 'signature'
      | 'unknown'
      | 'other';
  };
  readonly archive_checks: {
    readonly result: 'good' | 'expired' | 'early' | 'unsigned' | 'damaged' | 'unreachable';
  };
  readonly expired: { readonly what: 'message' | 'account' | 'folder' };
  readonly updates: { readonly result: 'kept' | 'undone' | 'failed' };
  readonly push: { readonly result: 'sent' | 'dead' | 'retried' | 'given_up' };
}

/** Totals by `name` or `name{label="value",…}`. */
export type Totals = Readonly<Record<string, number>>;

/** Adds to a total; 1 unless told. */
type Count = <N extends keyof Counted>(name: N, labels?: Counted[N], by?: number) => void;

/** Should a label ever not come from a fixed set, memory stays bounded all the same. */
const MAX_TOTALS = 100;
const DELAY_MS = 1000;

/** Totals from a file; none where there is no such file, or something else in it. */
export const readTotals = (file: string): Totals => {
  try {
    const found = Object.entries(JSON.parse(String(readRegular(file))) as object);
    return Object.fromEntries(found.filter(([, value]) => typeof value === 'number').slice(0, MAX_TOTALS));
  } catch {
    return {};
  }
};

/**
 * Counts for one process. Totals are kept in `file` across restarts, written a while after a change and when the
 * process ends; without a file they are nowhere.
 */
export const counter = (file: string | undefined): Count => {
  if (file === undefined) return () => {};
  const totals: Record<string, number> = { ...readTotals(file) };
  let timer: NodeJS.Timeout | undefined;
  const write = (): void => {
    clearTimeout(timer);
    timer = undefined;
    try {
      replaceFile(file, JSON.stringify(totals));
    } catch {
      // The next change tries again; nothing else depends on it.
    }
  };
  process.once('exit', () => timer && write());
  return (name, labels, by = 1) => {
    const pairs = Object.entries(labels ?? {}).map(([label, value]) => `${label}="${value}"`);
    const key = pairs.length > 0 ? `${name}{${pairs}}` : name;
    if (!Object.hasOwn(totals, key) && Object.keys(totals).length >= MAX_TOTALS) return;
    totals[key] = (totals[key] ?? 0) + by;
    timer ??= setTimeout(write, DELAY_MS).unref();
  };
};

/** Each service has a folder of its own below this, by `RuntimeDirectory=` in its unit. */
export const METRICS = '/run/chatmail/metrics';
/** Its name there. */
export const TOTALS_FILE = 'totals.json';

const own = process.env.RUNTIME_DIRECTORY?.split(':').find((folder) => folder.startsWith(METRICS));

/** Counts for this process, if its unit has a place for it. */
export const count: Count = counter(own && `${own}/${TOTALS_FILE}`);
