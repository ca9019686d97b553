/**
 * How sure a fact is: `tried` by us; `documented` by the provider, or read in the source code of the program that
 * decides it; `reported` by others; `unconfirmed`, which no program may rely on without saying so.
 */
export type Certainty = 'tried' | 'documented' | 'reported' | 'unconfirmed';

/** Something we know of a cloud, with where we know it from. What is not documented is not there. */
export interface Fact<T = string> {
  readonly value: T;
  readonly certainty: Certainty;
  /** A document, a file of a program's source, who reports it, or where it is to be looked up. */
  readonly source: string;
}

/** A fact that a provider changes from year to year, such as its list of machines. */
export interface DatedFact<T = string> extends Fact<T> {
  /** The month in which it was last looked up, as `2026-11`. */
  readonly asOf: string;
}

type Maker = <T>(value: T, source: string) => Fact<T>;

export const tried: Maker = (value, source) => ({ value, certainty: 'tried', source });
export const documented: Maker = (value, source) => ({ value, certainty: 'documented', source });
export const reported: Maker = (value, source) => ({ value, certainty: 'reported', source });
export const unconfirmed: Maker = (value, source) => ({ value, certainty: 'unconfirmed', source });

export const asOf = <T>(month: string, fact: Fact<T>): DatedFact<T> => ({ ...fact, asOf: month });
