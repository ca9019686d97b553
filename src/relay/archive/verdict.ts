/** What apt thinks of an archive. Only the first is good; after the others apt goes on with what it had before. */
type Verdict = 'good' | 'expired' | 'early' | 'unsigned' | 'damaged' | 'unreachable';

/** By what apt prints (apt-pkg/acquire-item.cc), the surest first. */
const SIGNS: readonly (readonly [Verdict, RegExp])[] = [
  ['expired', / is expired \(invalid since /],
  ['early', / is not valid yet \(invalid for another /],
  ['damaged', /BADSIG|Hash Sum mismatch|unexpected size|Clearsigned file isn't valid|NOSPLIT|NODATA/],
  ['unsigned', /NO_PUBKEY|EXPKEYSIG|REVKEYSIG| is (not|no longer) signed/],
];

/** What apt-get(8) printed in English while it updated the lists, and whether all went well (`APT::Update::Error-Mode`). */
export const verdictOf = (isOk: boolean, output: string): Verdict =>
  isOk ? 'good' : (SIGNS.find(([, sign]) => sign.test(output))?.[0] ?? 'unreachable');

const WORDS: Readonly<Record<Verdict, string>> = {
  good: '',
  expired: 'its signature has expired, and its publisher has not renewed it',
  early: 'its signature is dated in the future: check the clock with `timedatectl`',
  unsigned: 'it is not signed with the key of the release that this relay came from',
  damaged: 'its content does not match its signature',
  unreachable: 'it cannot be reached',
};

/** A line for the operator; `undefined` where all is well. The same every day, so that it is told once. */
export const problemWith = (verdict: Verdict, url: string): string | undefined =>
  verdict === 'good' ? undefined : `no new versions from ${url}: ${WORDS[verdict]}`;
