import { UNKNOWN, type ZoneRecord } from '../model/zone.ts';
import { type Authority, authorityOf } from './authority.ts';
import { type CheckedRecord, compareRecord, worstOf } from './compare.ts';

/** A name may have the addresses itself that it is wished to have by way of another name. */
const addressesOf = async (authority: Authority, name: string): Promise<string> => {
  const answers = await Promise.all([authority.ask(name, 'A'), authority.ask(name, 'AAAA')]);
  return answers.flat(2).sort().join();
};

const checkRecord = async (authority: Authority, record: ZoneRecord): Promise<CheckedRecord> => {
  const { name, type, value } = record;
  const answers = await authority.ask(name, type);
  const checked = worstOf(
    record,
    answers.map((answer) => compareRecord(record, answer)),
  );
  if (type !== 'CNAME' || checked.state !== 'missing') return checked;
  const own = await addressesOf(authority, name);
  return own !== '' && own === (await addressesOf(authority, value.slice(0, -1)))
    ? { ...record, state: 'found' }
    : checked;
};

/** An address that DNS gives to the domain beside ours, where we have none of that kind: it leads elsewhere. */
const strayAddress = async (
  authority: Authority,
  name: string,
  type: 'A' | 'AAAA',
): Promise<CheckedRecord | undefined> => {
  const found = (await authority.ask(name, type)).flatMap((answer) => answer ?? []);
  const isStray = found.length > 0;
  return isStray
    ? { name, type, value: '', isRequired: true, state: 'different', found: [...new Set(found)] }
    : undefined;
};

/** Asks those who speak for `domain` about all records at once, and for the reverse names those who do for them. */
export const checkZone = async (domain: string, records: readonly ZoneRecord[]): Promise<CheckedRecord[]> => {
  const authority = await authorityOf(domain);
  const isUnknown = records.some(({ type, value }) => type === 'A' && value.includes(UNKNOWN));
  const strays = (['A', 'AAAA'] as const)
    .filter((type) => !isUnknown && !records.some((record) => record.type === type))
    .map((type) => strayAddress(authority, domain, type));
  const checked = records.map(async (record) =>
    record.type === 'PTR'
      ? checkRecord(await authorityOf(record.name), record)
      : { ...(await checkRecord(authority, record)), zone: authority.zone },
  );
  return (await Promise.all([...checked, ...strays])).filter((record) => record !== undefined);
};

/**
 * The CAA records that hold for a domain, by climbing to the first name that has any (RFC 8659 §3), and where
 * they are.
 */
export const caaOf = async (domain: string): Promise<{ name: string; values: readonly string[] }> => {
  for (let name = domain; name.includes('.'); name = name.replace(/^[^.]*\./, '')) {
    const values = (await (await authorityOf(name)).ask(name, 'CAA')).flatMap((answer) => answer ?? []);
    if (values.length > 0) return { name, values };
  }
  return { name: domain, values: [] };
};
