/**
 * What is wrong, or should be known: with settings, with what is asked for, with this computer, with what a program said.
 * A problem is data: a code from the closed set of its kind, a place, and the facts its wording needs. Words are made at
 * the edge ({@link WordedProblem}), so that tests assert codes and places.
 */
export interface Problem<Code extends string = string> {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  /** Where in what was given, e.g. `['max_mailbox_size']`; empty for all of it. */
  readonly path?: readonly (string | number)[];
  /** Absent where a value has no text, as in metadata. */
  readonly range?: Range;
  /** The text it was found in and what to call it, usually a file name. */
  readonly source?: Source;
  /** For the wording: the value found, the bound, which of several rules was broken. */
  readonly facts?: Readonly<Record<string, string | number>>;
}

/** The rule in lower case without a full stop, and what to do about it. */
export interface Wording {
  readonly message: string;
  readonly hint?: string;
}

/** A problem as it is shown to a person. */
export type WordedProblem<Code extends string = string> = Problem<Code> & Wording;

/** Offsets into a text in UTF-16 units, end exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Source {
  readonly name: string;
  readonly text: string;
}
