import type { ZoneRecord } from './zone.ts';

/** A TXT value in quoted strings of at most 255 bytes (RFC 1035 §3.3.14). */
export const quoteTxt = (value: string): string =>
  (value.match(/.{1,255}/g) ?? ['']).map((part) => `"${part.replace(/["\\]/g, '\\$&')}"`).join(' ');

/** The form of zone files (RFC 1035 §5), which most name servers and many web forms read. */
export const zoneFile = (records: readonly ZoneRecord[]): string =>
  records
    .map(
      ({ name, type, value }) =>
        `${name.replace(/$/, '.').padEnd(40)} 3600 IN ${type.padEnd(5)} ${type === 'TXT' ? quoteTxt(value) : value}\n`,
    )
    .join('');

/** For web forms, which want the parts apart and a TXT value in one piece. */
export const zoneTable = (records: readonly ZoneRecord[]): string =>
  records
    .map(
      ({ name, type, value, isRequired }) =>
        `${type.padEnd(6)}${name.padEnd(40)} ${(isRequired ? 'required' : 'recommended').padEnd(12)} ${value}\n`,
    )
    .join('');
