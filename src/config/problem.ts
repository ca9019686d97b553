import type { Problem } from '../problem/problem.ts';

/** What is wrong with a setting; its words are made by `wording.ts`. */
export interface SettingsProblem extends Problem<SettingsCode> {
  readonly path: readonly (string | number)[];
}

/** A closed set; each has a sentence in `wording.ts` and a golden in `test/errors/`. */
export type SettingsCode =
  | 'syntax'
  | 'bad-line'
  | 'not-text'
  | 'too-large'
  | 'unsupported-yaml'
  | 'not-a-mapping'
  | 'unknown-setting'
  | 'duplicate-setting'
  | 'wrong-type'
  | 'out-of-range'
  | 'bad-domain'
  | 'bad-address'
  | 'bad-size'
  | 'bad-url'
  | 'bad-path'
  | 'bad-characters'
  | 'missing-setting'
  | 'conflict'
  | 'long-address'
  | 'postmaster-loop'
  | 'no-effect';

/** Either a value or the problems that stand in its way; warnings come along with a value. */
export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly problems: readonly SettingsProblem[] }
  | { readonly ok: false; readonly problems: readonly SettingsProblem[] };
