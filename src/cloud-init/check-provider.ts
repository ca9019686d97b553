import { CLOUDS } from '../model/clouds/all.ts';
import type { Cloud } from '../model/clouds/cloud.ts';
import { fits, maxTextBytes, takesGzip } from '../model/clouds/limit.ts';
import { gzipText } from '../model/clouds/words.ts';
import type { UserDataOptions } from './options.ts';
import { type UserDataProblem, userDataError } from './problem.ts';

const UNREAD = {
  image: 'bake the settings into the image with `build --set`',
  debian: 'a script for root does the same: --script',
} as const;

const FETCH = 'give the URL of a folder that has the packages: the text then fetches them and is small';

/** What speaks against this text of so many bytes at this provider; `compress` for what gzip would make of it. */
export const checkProvider = (
  text: string,
  size: number,
  cloud: Cloud,
  options: UserDataOptions,
  compress?: (text: string) => Uint8Array,
): UserDataProblem[] => {
  const { base = 'image', isScript = false, isGzip = false, sources = [] } = options;
  const problems: UserDataProblem[] = [];
  const { title, userData, cloudInit } = cloud;
  const { limit, gzip } = userData;
  if (cloudInit.ignoresUserData && !isScript)
    problems.push(
      userDataError(
        'unread',
        `Debian 12 at ${title} gets no user-data: ${cloudInit.datasource?.value}`,
        UNREAD[base],
      ),
    );
  const hasNoField = userData.form === undefined && !cloudInit.ignoresUserData;
  if (hasNoField && base === 'debian' && !isScript)
    problems.push({
      severity: 'warning',
      code: 'unsure',
      message: `no field for user-data is known at ${title}`,
      hint: UNREAD.debian,
    });
  if (isGzip && !takesGzip(cloud)) {
    const message = `gzip at ${title}: ${gzipText(cloud)}`;
    problems.push(
      gzip === undefined || gzip.certainty === 'unconfirmed'
        ? { severity: 'warning', code: 'unsure', message }
        : userDataError('no-gzip', message, 'leave it out: the text is the same'),
    );
  }
  const most = limit === undefined ? Infinity : maxTextBytes(limit.value);
  if (size > most && !isScript) {
    const packed = takesGzip(cloud) && !isGzip && compress ? compress(text).length : Infinity;
    const hint = [
      base === 'debian' && sources.length === 0
        ? FETCH
        : 'shorten the settings, or the cloud-config merged in',
      ...(packed > most ? [] : [`or give the provider's client the ${packed} bytes of --gzip`]),
    ].join('; ');
    const message = `the text has ${size} bytes, ${size - most} more than the ${most} that ${title} takes`;
    problems.push(
      limit?.certainty !== 'unconfirmed'
        ? userDataError('too-large', message, hint)
        : { severity: 'warning', code: 'too-large', message: `${message}, as far as is known`, hint },
    );
  }
  if (limit === undefined && !cloudInit.ignoresUserData && !isScript && size > 16_384)
    problems.push({
      severity: 'warning',
      code: 'unsure',
      message: `${title} does not document its limit; the text has ${size} bytes`,
    });
  return problems;
};

/** Without a provider's name the text should fit all those it is made for. */
export const checkSize = (size: number, { base, isScript }: UserDataOptions): UserDataProblem[] => {
  const tooSmall = CLOUDS.filter((cloud) => !fits(cloud, size)).map(({ title }) => title);
  if (base !== 'debian' || isScript || tooSmall.length === 0) return [];
  const message = `the text has ${size} bytes, more than these accept: ${tooSmall.join(', ')}`;
  return [{ severity: 'warning', code: 'too-large', message, hint: FETCH }];
};
