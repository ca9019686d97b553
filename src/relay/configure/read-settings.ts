import type { Layer } from '../../config/check-entries.ts';
import type { Result, SettingsProblem } from '../../config/problem.ts';
import { readObject } from '../../config/read-object.ts';
import { readYaml } from '../../config/read-yaml.ts';
import { resolve } from '../../config/resolve.ts';
import type { Settings } from '../../config/schema.ts';
import { chosenName } from '../cloud/host-name.ts';
import type { SettingsSource } from '../cloud/settings-sources.ts';

/** Settings with a name for the relay, and where each that is not a default came from. */
export interface RelaySettings {
  readonly settings: Settings & { readonly mail_domain: string };
  readonly sources: Readonly<Record<string, string>>;
}

const NAMELESS: SettingsProblem = { code: 'missing-setting', severity: 'error', path: ['mail_domain'] };

const sourcesOf = (layers: readonly Layer[]): Record<string, string> =>
  Object.assign(
    {},
    ...[...layers]
      .reverse()
      .map(({ places }) =>
        Object.fromEntries(Object.entries(places).map(([name, { source }]) => [name, source?.name ?? ''])),
      ),
  );

/**
 * The relay's settings from what the machine was told, strongest first; last, for its name, its host name if
 * it is not the provider's default, or else its own IPv4 address. Nothing is guessed: a wrong setting anywhere gives its
 * problems and no settings.
 */
export const readSettings = (
  sources: readonly SettingsSource[],
  {
    hostNames = [],
    address,
    lastKnown,
  }: {
    readonly hostNames?: readonly string[];
    readonly address?: string | undefined;
    /** Those of the last configuration, where it is not known any more what the machine was told. */
    readonly lastKnown?: object | undefined;
  },
): Result<RelaySettings> => {
  const layers = sources.map(({ under, ...source }) =>
    readYaml(source, under === undefined ? {} : { under }),
  );
  layers.push(readObject('last configuration', lastKnown));
  const hostName = hostNames.map(chosenName).find((name) => name !== undefined);
  for (const [source, mail_domain] of [
    ['host name', hostName],
    ['IPv4 address', address],
  ] as const)
    layers.push(readObject(source, { mail_domain }));
  const resolved = resolve(...layers);
  if (!resolved.ok) return resolved;
  const { mail_domain } = resolved.value;
  if (mail_domain === undefined) return { ok: false, problems: [NAMELESS, ...resolved.problems] };
  return {
    ok: true,
    value: { settings: { ...resolved.value, mail_domain }, sources: sourcesOf(layers) },
    problems: resolved.problems,
  };
};
