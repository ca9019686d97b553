import { randomBytes } from 'node:crypto';
import { ECHOBOT, type Model } from '../../model/model.ts';
import { readText } from '../lib/read-text.ts';
import { replaceSecret } from './replace-secret.ts';

/** The bot's password, made once. systemd hands it to the bot (`LoadCredential=`). */
export const ensureEchobotPassword = ({ settings }: Model): void => {
  const isThere = /^[0-9a-f]{40}$/.test(readText(ECHOBOT.password) ?? '');
  if (settings.echobot && !isThere) replaceSecret(ECHOBOT.password, randomBytes(20).toString('hex'));
};
