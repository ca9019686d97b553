import type { CheckedRecord } from './compare.ts';

/** Whether everything that is required is there. */
export const isComplete = (checked: readonly CheckedRecord[]): boolean =>
  checked.every(({ isRequired, state }) => !isRequired || state === 'found');

/** All records with what became of them; below one that is different, what is there instead. */
export const checkReport = (checked: readonly CheckedRecord[]): string =>
  checked
    .flatMap(({ name, type, value, isRequired, state, found = [] }) => [
      `${state.padEnd(10)}${(isRequired ? 'required' : 'recommended').padEnd(12)}${type.padEnd(6)}${name} ${value}`,
      ...found.map((other) => `${''.padEnd(10)}found instead     ${other}`),
    ])
    .map((line) => `${line}\n`)
    .join('');
