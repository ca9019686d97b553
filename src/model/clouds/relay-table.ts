import { CLOUDS } from './all.ts';
import type { Cloud } from './cloud.ts';
import type { RelayCloud } from './relay-cloud.ts';

/** What is not confirmed is not told to a relay's owner as advice. */
const inRelay = ({ cloudInit: { ipv4, askIpv4, tags }, userData: { edit }, port25 }: Cloud): RelayCloud => ({
  ...(ipv4 && { ipv4: ipv4.value }),
  ...(askIpv4 && { ask: askIpv4.value }),
  ...(tags && { tags: tags.value }),
  ...(edit && edit.certainty !== 'unconfirmed' && { isEditable: true as const }),
  ...(port25?.value.help !== undefined &&
    port25.certainty !== 'unconfirmed' && { port25: port25.value.help }),
});

/**
 * The part of the records that a relay needs, by cloud-init's names. The bundle of the relay holds what these
 * constants are, not the records they are made from (`src/package/bundle.ts`).
 */
export const RELAY_CLOUDS: Readonly<Record<string, RelayCloud>> = Object.fromEntries(
  CLOUDS.flatMap((cloud) => cloud.cloudInit.names.map((name) => [name, inRelay(cloud)])),
);

/** Below these, clouds name machines by themselves. */
export const DEFAULT_DOMAINS: readonly string[] = CLOUDS.flatMap(
  ({ defaultDomains }) => defaultDomains?.value ?? [],
);

/** Clouds where no datasource finds user-data: what their firmware calls its vendor, in small letters, and a name for people. */
export const IGNORED_CLOUDS: readonly (readonly [vendor: string, title: string])[] = CLOUDS.filter(
  ({ cloudInit }) => cloudInit.ignoresUserData && cloudInit.dmi,
).flatMap(({ name, aliases, title }) => [name, ...aliases].map((vendor) => [vendor, title] as const));
