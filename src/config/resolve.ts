import { isIPv4 } from 'node:net';
import type { Layer } from './check-entries.ts';
import type { Result, SettingsProblem } from './problem.ts';
import { type SettingName, type Settings, withDefaults } from './schema.ts';

/**
 * An address names a folder, at most 255 bytes with what is put behind it while it is being removed (`.deleted`). So it
 * is also short enough for SMTP (RFC 5321 §4.5.3.1.3).
 */
const MAX_ADDRESS = 247;

/** Roles of the relay itself: no user may have these names. */
const ROLES = ['postmaster', 'abuse'];

/** What no setting can break alone. */
const conflicts = (settings: Settings, places: Layer['places']): readonly SettingsProblem[] => {
  const {
    username_min_length: min,
    username_max_length: max,
    mail_domain: domain = '',
    postmaster = '',
  } = settings;
  const problem = (
    code: SettingsProblem['code'],
    path: SettingName,
    facts: SettingsProblem['facts'] = {},
  ): SettingsProblem => ({
    ...{ code, severity: 'error', path: [path], facts },
    ...places[path],
  });
  const found: SettingsProblem[] = [];
  if (min > max)
    found.push(
      problem('conflict', places.username_min_length ? 'username_min_length' : 'username_max_length', {
        min,
        max,
      }),
    );
  const addressDomain = isIPv4(domain) ? `[${domain}]` : domain;
  const longest = MAX_ADDRESS - 1 - addressDomain.length;
  if (max > longest) found.push(problem('long-address', 'username_max_length', { max: longest }));
  const role = ROLES.find((name) => postmaster.toLowerCase() === `${name}@${addressDomain}`);
  if (role !== undefined) found.push(problem('postmaster-loop', 'postmaster', { role }));
  return found;
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
