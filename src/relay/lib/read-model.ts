import { setTimeout as pause } from 'node:timers/promises';
import { type Model, PATHS } from '../../model/model.ts';
import { log } from './log.ts';
import { PublicError } from './public-error.ts';
import { readRegular } from './read-regular.ts';

const isModel = (value: unknown): value is Model => {
  const { settings, domain, host } = (value ?? {}) as Partial<Model>;
  return typeof settings === 'object' && typeof domain === 'string' && typeof host === 'string';
};

const jsonIn = (path: string): unknown => {
  try {
    return JSON.parse(String(readRegular(path)));
  } catch {
    return undefined;
  }
};

/** What `chatmail configure` made of the settings. Throws with what to do where that is damaged or missing. */
export const readModel = (path: string = PATHS.model): Model => {
  const found = jsonIn(path);
  if (isModel(found)) return found;
  throw new PublicError(`${path} is missing or damaged: run \`chatmail configure\``);
};

/** The same for a service, which does not end for a damaged one: it says so once, and waits for a good one. */
export const whenModel = async (path: string = PATHS.model, pauseMs = 1000): Promise<Model> => {
  for (let told = ''; ; await pause(pauseMs)) {
    try {
      return readModel(path);
    } catch (error) {
      const { message } = error as Error;
      if (message !== told) log('error', message);
      told = message;
    }
  }
};
