/** What is wrong with a text to paste, or should be known before. */
export interface UserDataProblem {
  readonly severity: 'error' | 'warning';
  readonly code:
    | 'bad-settings'
    | 'bad-option'
    | 'bad-extra'
    | 'conflict'
    | 'too-large'
    | 'unread'
    | 'no-gzip'
    | 'unsure';
  /** Lower case, without a full stop. */
  readonly message: string;
  readonly hint?: string;
}
