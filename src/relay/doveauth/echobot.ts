import { ECHOBOT } from '../../model/model.ts';
import { readRegular } from '../lib/read-regular.ts';

/** Whether this is the password of the relay's own bot, which `chatmail configure` made. */
export const isEchobot = (password: string, file: string = ECHOBOT.password): boolean => {
  try {
    return readRegular(file)?.toString().trim() === password && password !== '';
  } catch {
    return false;
  }
};
