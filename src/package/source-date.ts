import { failure } from '../terminal/failure.ts';

/**
 * `SOURCE_DATE_EPOCH` (reproducible-builds.org/specs/source-date-epoch), in seconds, if it is set. Rejects what is no
 * date, and one after `now`: dpkg-deb and tar only lower times to it, so the time of the build would stay.
 */
export const sourceDateEpoch = (
  { SOURCE_DATE_EPOCH: text }: NodeJS.ProcessEnv,
  now = Date.now() / 1000,
): number | undefined => {
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,12}$/.test(text))
    throw failure(
      `SOURCE_DATE_EPOCH is \`${text.slice(0, 40)}\`, which is not a number of seconds since 1970`,
      {
        hint: 'set it as in: SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)',
      },
    );
  if (Number(text) > now)
    throw failure(`SOURCE_DATE_EPOCH is in the future: ${new Date(Number(text) * 1000).toISOString()}`, {
      hint: 'choose a date in the past, or correct the clock',
    });
  return Number(text);
};
