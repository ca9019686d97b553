import { rmSync } from 'node:fs';
import { PACKAGES } from '../../model/packages.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { PIN } from './paths.ts';

/** For apt: this version is not to be installed by itself. `why` is one line. */
export const pinText = (version: string, why: string): string =>
  [
    `Explanation: ${why.replace(/[^ -~]+/g, ' ')}`,
    `Package: ${PACKAGES.join(' ')}`,
    `Pin: version ${version}`,
    'Pin-Priority: -1',
    '',
  ].join('\n');

export const pinVersion = (version: string, why: string): void => replaceFile(PIN, pinText(version, why));

export const unpin = (): void => rmSync(PIN, { force: true });
