import { opendir } from 'node:fs/promises';

/** A count of 100,000 folders takes a while, and nobody needs it by the second. */
const FRESH_MS = 60_000;

/**
 * Counts the addresses below `folder`, and those of automatic tests among them (`ci-…`, `ac_…`): `<all> <tests>`.
 * Piece by piece, so that logins go on meanwhile; at most once a minute, however many ask.
 */
export const census = (
  folder: string,
  now: () => number = () => performance.now(),
): (() => Promise<string>) => {
  let counted: Promise<string> | undefined;
  let until = 0;
  const look = async (): Promise<string> => {
    let [all, tests] = [0, 0];
    for await (const { name } of await opendir(folder, { bufferSize: 1000 })) {
      if (!name.includes('@')) continue;
      all++;
      if (/^(ci-|ac_)/.test(name)) tests++;
    }
    return `${all} ${tests}`;
  };
  return () => {
    if (!counted || now() > until) {
      until = now() + FRESH_MS;
      counted = look();
    }
    return counted;
  };
};
