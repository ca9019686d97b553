import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { PATHS } from '../../model/model.ts';
import { replaceFile } from './replace-file.ts';

/** Where a relay is on its way to readiness: one JSON file, shown by `chatmail status` and on the console. */
export interface State {
  readonly state: 'configuring' | 'starting' | 'waiting' | 'ready' | 'error';
  /** What it is doing or waiting for, in a few words. */
  readonly step: string;
  readonly domain?: string;
  readonly address?: string;
  /** Where each setting that is not a default came from. */
  readonly sources?: Readonly<Record<string, string>>;
  /** Printed problems, with their place; only in state `error`, or warnings. */
  readonly problems?: string;
  /** Unix time of this entry, in seconds. */
  readonly since: number;
}

export const readState = (path: string = PATHS.state): State | undefined => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as State;
  } catch {
    return undefined;
  }
};

export const writeState = (state: Omit<State, 'since'>, path: string = PATHS.state): void => {
  mkdirSync(dirname(path), { recursive: true });
  replaceFile(path, `${JSON.stringify({ ...state, since: Math.floor(Date.now() / 1000) })}\n`);
};
