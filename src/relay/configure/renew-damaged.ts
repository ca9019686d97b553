import { PATHS } from '../../model/model.ts';
import { exists } from '../lib/exists.ts';
import { readModel } from '../lib/read-model.ts';
import { readState } from '../readiness/state.ts';
import { configureAnew } from './units.ts';

const isModelGood = (): boolean => {
  try {
    readModel();
    return true;
  } catch {
    return false;
  }
};

/** Writes the model and the state again if they are damaged; a relay before its first boot has none yet. */
export const renewDamaged = (): void => {
  const isDamaged = [PATHS.model, PATHS.state].some(exists) && !(isModelGood() && readState());
  if (isDamaged) configureAnew();
};
