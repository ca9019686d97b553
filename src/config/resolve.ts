import type { Layer } from './check-entries.ts';
import type { Problem, Result } from './problem.ts';
import { type Settings, withDefaults } from './schema.ts';

/** What no setting can break alone. */
const conflicts = (settings: Settings, places: Layer['places']): readonly Problem[] => {
  const { username_min_length: min, username_max_length: max } = settings;
  if (min <= max) return [];
  const path = places.username_min_length ? 'username_min_length' : 'username_max_length';
  return [{ code: 'conflict', severity: 'error', path: [path], facts: { min, max }, ...places[path] }];
};

/**
 * Lays the settings of several places over one another, strongest first, and fills in the defaults.
 * If any of the layers has an error, so has the result: nothing is guessed.
 */
export const resolve = (...layers: readonly Layer[]): Result<Settings> => {
  const problems = layers.flatMap((layer) => layer.problems);
  const weakestFirst = [...layers].reverse();
  const settings = withDefaults(
    Object.assign({}, ...weakestFirst.map((layer) => (layer.ok ? layer.value : {}))),
  );
  const places = Object.assign({}, ...weakestFirst.map((layer) => layer.places));
  if (layers.some((layer) => !layer.ok)) return { ok: false, problems };
  const found = conflicts(settings, places);
  return found.length > 0
    ? { ok: false, problems: [...problems, ...found] }
    : { ok: true, value: settings, problems };
};
