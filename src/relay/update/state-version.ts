import { STATE_VERSION } from '../../model/state-version.ts';
import { readText } from '../lib/read-text.ts';

/** On a data volume the state says its version; elsewhere it is the one that the installed version writes. */
const FILE = '/var/lib/chatmail/data/chatmail/state-version';

/** The version of the state here. */
export const stateVersion = (): number => Number(readText(FILE)) || STATE_VERSION;

/** What `Provides:` of a package says of the state that it understands; packages of before said nothing. */
export const understoodState = (provides: string): number =>
  Number(/chatmail-state \(= (\d+)\)/.exec(provides)?.[1] ?? 1);
