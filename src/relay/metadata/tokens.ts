import { isDeepStrictEqual } from 'node:util';
import { readRegular } from '../lib/read-regular.ts';
import { replaceFileInBackground } from '../lib/replace-file.ts';
import { taskQueue } from '../lib/task-queue.ts';

const DAY = 86_400;
const LIFETIME = 90 * DAY;
/** Of one address; then the one set longest ago goes. */
const MAX_TOKENS = 50;

/** As the core has it: printable ASCII of at most 4096 bytes. */
export const isToken = (text: string): boolean => /^[!-~]{1,4096}$/.test(text);

/** What is in the file: an object, whatever its keys. One that is damaged counts for nothing. */
const read = (path: string): Record<string, unknown> => {
  try {
    return { ...JSON.parse(String(readRegular(path) ?? '{}')) };
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
};

/** All of them, and when each was set. A list is of an older relay and starts to age now. */
const tokensIn = (kept: unknown, now: number): Map<string, number> => {
  const entries = Array.isArray(kept)
    ? kept.map((token): [unknown, unknown] => [token, now])
    : Object.entries(kept as object);
  const isGood = ([token, time]: [unknown, unknown]) =>
    typeof token === 'string' && isToken(token) && typeof time === 'number';
  return new Map(entries.filter(isGood) as [string, number][]);
};

const fileOf = (home: string): string => `${home}/metadata.json`;

/**
 * The device tokens of the mailbox at `home` that were set in the last 90 days. One that is older is left in the file,
 * for a clock may be wrong; the push service says by itself what is dead. `now` is Unix time in seconds.
 */
export const deviceTokens = (home: string, now: number): string[] =>
  [...tokensIn(read(fileOf(home)).devicetoken ?? {}, now)].flatMap(([token, time]) =>
    time > now - LIFETIME ? [token] : [],
  );

/** Writing waits for the disk, and so few at a time, that others find it free. */
const queue = taskQueue(2);

/**
 * Changes the tokens of a mailbox, one change after the other; once this is done it survives a power failure. The file
 * is upstream's: other keys stay, and it is written only when its tokens differ.
 */
const changeTokens = (
  home: string,
  now: number,
  change: (tokens: Map<string, number>) => void,
): Promise<void> =>
  queue(home, async () => {
    const kept = read(fileOf(home));
    const tokens = tokensIn(kept.devicetoken ?? {}, now);
    change(tokens);
    const devicetoken = Object.fromEntries(tokens);
    if (!isDeepStrictEqual(devicetoken, kept.devicetoken ?? {}))
      await replaceFileInBackground(fileOf(home), JSON.stringify({ ...kept, devicetoken }), 0o600);
  });

/** Adds a token, or notes that it is still in use: once a day will do. */
export const addToken = (home: string, token: string, now: number): Promise<void> =>
  changeTokens(home, now, (tokens) => {
    if (!(Math.abs(now - (tokens.get(token) ?? 0)) < DAY)) tokens.set(token, now);
    const oldest = [...tokens].sort(([, a], [, b]) => a - b);
    for (const [old] of oldest.slice(0, -MAX_TOKENS)) tokens.delete(old);
  });

/** Forgets a token that the push service does not know any more. */
export const removeToken = (home: string, token: string, now: number): Promise<void> =>
  changeTokens(home, now, (tokens) => tokens.delete(token));
