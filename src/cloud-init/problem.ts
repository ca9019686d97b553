import type { SettingsCode } from '../config/problem.ts';
import type { WordedProblem } from '../problem/problem.ts';

/** What can be wrong with a text to paste, besides its settings, or should be known before. */
export type UserDataCode =
  | 'bad-option'
  | 'bad-extra'
  | 'conflict'
  | 'too-large'
  | 'unread'
  | 'no-gzip'
  | 'unsure';

/** What is wrong with a text to paste, or should be known before; of its settings, as with any others. */
export type UserDataProblem = WordedProblem<UserDataCode | SettingsCode>;

export const userDataError = (code: UserDataCode, message: string, hint?: string): UserDataProblem => ({
  severity: 'error',
  code,
  message,
  ...(hint !== undefined && { hint }),
});
