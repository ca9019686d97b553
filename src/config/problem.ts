/**
 * What is wrong with something a person wrote. A problem is data: a code, a place, and the facts its
 * wording needs. Words are made at the edge (`wording.ts`), so tests assert codes and places.
 */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: 'error' | 'warning';
  /** Where in the settings, e.g. `['max_mailbox_size']`; empty for the document itself. */
  readonly path: readonly (string | number)[];
  /** Absent where a value has no text, as in metadata. */
  readonly range?: Range;
  /** The text it was found in and what to call it, usually a file name. */
  readonly source?: Source;
  /** Facts for the wording: the value found, the bound, which of several rules was broken. */
  readonly facts?: Readonly<Record<string, string | number>>;
}

/** Offsets into a text in UTF-16 units, end exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Source {
  readonly name: string;
  readonly text: string;
}

/** A closed set; each has a sentence in `wording.ts` and a golden in `test/errors/`. */
export type ProblemCode =
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
  | 'uncertifiable-domain'
  | 'postmaster-loop'
  | 'no-effect';

/** Either a value or the problems that stand in its way; warnings come along with a value. */
export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };
