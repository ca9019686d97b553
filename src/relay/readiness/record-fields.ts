import type { CheckedRecord } from '../../dns/compare.ts';
import type { RecordType } from '../../model/zone.ts';

/** What a value is made of, where web forms ask for the parts (RFC 1035 §3.3.9, RFC 2782, RFC 8659 §4.1). */
const PARTS: Partial<Record<RecordType, readonly string[]>> = {
  MX: ['Priority'],
  SRV: ['Priority', 'Weight', 'Port'],
  CAA: ['Flags', 'Tag'],
};

/** A name as most web forms want it: without the zone that it is in. */
const shortName = ({ name, zone }: CheckedRecord): string | undefined => {
  if (name === zone) return '@';
  return zone?.includes('.') && name.endsWith(`.${zone}`) ? name.slice(0, -zone.length - 1) : undefined;
};

/** A field of a web form for DNS records: its label and what to enter. */
export type Field = readonly [label: string, content: string];

/** A record as the fields of a web form; one that is to be removed has no value. */
export const recordFields = (record: CheckedRecord): Field[] => {
  const { name, type, value } = record;
  const short = shortName(record);
  const labels = PARTS[type] ?? [];
  const words = value.split(' ');
  const rest = words.slice(labels.length).join(' ');
  return [
    ...(short === undefined ? [] : [['Name', short] as const]),
    [short === undefined ? 'Name' : 'Full name', name],
    ...labels.map((label, n) => [label, words[n] ?? ''] as const),
    ['Value', type === 'CAA' ? rest.replaceAll('"', '') : rest] as const,
  ].filter((field): field is Field => field[1] !== '');
};
