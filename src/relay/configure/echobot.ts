import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import { ECHOBOT, type Model } from '../../model/model.ts';
import { readRegular } from '../lib/read-regular.ts';
import { replaceFile } from '../lib/replace-file.ts';

const passwordIn = (path: string): string | undefined => {
  try {
    return /^[0-9a-f]{40}$/m.exec(String(readRegular(path)))?.[0];
  } catch {
    return undefined;
  }
};

/**
 * The bot's password, made once. Below a folder of root's: doveauth reads it as vmail, and systemd hands it to the
 * bot (`LoadCredential=`).
 */
export const ensureEchobotPassword = ({ settings }: Model): void => {
  const path = ECHOBOT.password;
  if (!settings.echobot || passwordIn(path) !== undefined) return;
  // Earlier versions had it in the bot's own folder.
  const password = passwordIn(`${ECHOBOT.folder}/password`) ?? randomBytes(20).toString('hex');
  replaceFile(`${path}.made`, password, 0o640);
  execFileSync('chown', ['root:vmail', `${path}.made`]);
  renameSync(`${path}.made`, path);
};
