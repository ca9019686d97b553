/** One measured figure and what the project wants of it. */
export interface Figure {
  readonly what: string;
  readonly measured: string;
  readonly goal: string;
  readonly isReached: boolean;
}

const UNITS = { MB: 1, s: 2, ms: 0, '/s': 0, '×': 2, boots: 0, clients: 0 } as const;

/** A figure that is good when it is at most `limit`. */
export const atMost = (what: string, value: number, unit: keyof typeof UNITS, limit: number): Figure => ({
  what,
  measured: `${value.toFixed(UNITS[unit])} ${unit}`,
  goal: `≤ ${limit} ${unit}`,
  isReached: value <= limit,
});

/** A figure that is good when it is at least `limit`. */
export const atLeast = (what: string, value: number, unit: keyof typeof UNITS, limit: number): Figure => ({
  what,
  measured: `${value.toFixed(UNITS[unit])} ${unit}`,
  goal: `≥ ${limit} ${unit}`,
  isReached: value >= limit,
});

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The figures as a table, one line each. */
export const figureTable = (figures: readonly Figure[]): string => {
  const width = (key: 'what' | 'measured' | 'goal') =>
    Math.max(...figures.map((figure) => figure[key].length));
  const [what, measured, goal] = [width('what'), width('measured'), width('goal')];
  return figures
    .map(
      (f) =>
        `${f.what.padEnd(what)}  ${f.measured.padStart(measured)}  ${f.goal.padStart(goal)}  ${f.isReached ? 'reached' : 'MISSED'}\n`,
    )
    .join('');
};
