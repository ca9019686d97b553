import { UNKNOWN, type ZoneRecord } from '../model/zone.ts';

export type RecordState = 'found' | 'missing' | 'different' | 'unknown';

/** A record and what public DNS has in its place. */
export interface CheckedRecord extends ZoneRecord {
  readonly state: RecordState;
  /** The zone that it belongs in, as far as known: web forms want names without it. */
  readonly zone?: string | undefined;
  /** What is there instead. */
  readonly found?: readonly string[];
}

/** White space, case and order where they are free: RFC 6376 §3.2 and its kin for TXT. */
const normal = ({ type }: ZoneRecord, value: string): string => {
  const text = value.replace(/[\s"]|\.$/g, '');
  return type === 'TXT' ? text.split(';').filter(Boolean).sort().join(';') : text.toLowerCase();
};

/** Several purposes share a name: the first word of a TXT record, and the tag of a CAA record, tell them apart. */
const isForTheSame = ({ type, value }: ZoneRecord, other: string): boolean => {
  const purpose = (text: string) => text.trim().split(/[\s;]+/)[type === 'CAA' ? 1 : 0];
  return (type !== 'TXT' && type !== 'CAA') || purpose(other) === purpose(value);
};

const isSame = (record: ZoneRecord, other: string): boolean =>
  // The id of a policy says which version it is, and that is the publisher's to choose (RFC 8461 §3.1).
  record.name.startsWith('_mta-sts.') ||
  record.value.includes(UNKNOWN) ||
  normal(record, record.value) === normal(record, other);

/** Judges one server's answer; `undefined`: it gave none. */
export const compareRecord = (record: ZoneRecord, answer: readonly string[] | undefined): CheckedRecord => {
  if (answer === undefined) return { ...record, state: 'unknown' };
  const found = answer.filter((value) => isForTheSame(record, value));
  if (found.length === 0) return { ...record, state: 'missing' };
  if (found.every((value) => isSame(record, value))) return { ...record, state: 'found' };
  return { ...record, state: 'different', found };
};

const WORST: readonly RecordState[] = ['different', 'missing', 'found'];

/** Of what several servers answer, the worst: any of them may be asked. Those that are silent do not count. */
export const worstOf = (record: ZoneRecord, checked: readonly CheckedRecord[]): CheckedRecord =>
  WORST.map((state) => checked.find((one) => one.state === state)).find((one) => one !== undefined) ??
  compareRecord(record, undefined);
