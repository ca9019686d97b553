import { readFileSync } from 'node:fs';
import { ECHOBOT } from '../../model/model.ts';

/** Whether this is the password of the relay's own bot, made by its unit. */
export const isEchobot = (password: string, file: string = ECHOBOT.password): boolean => {
  try {
    return readFileSync(file, 'utf8').trim() === password && password !== '';
  } catch {
    return false;
  }
};
