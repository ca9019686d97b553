import { LOOPBACK_PORTS, PORTS } from './ports.ts';
import { SERVICES } from './services.ts';

/*
 * What the relay's own programs take from the table of services: plain data. Their bundle holds these values, not the
 * table that they are made from (`src/package/bundle.ts`).
 */

/** Which unit reads which files, by the source of a regular expression. */
export const READERS: readonly (readonly [unit: string, pattern: string])[] = SERVICES.flatMap(
  ({ unit, reads }) => reads.map(({ source }) => [`${unit}.service`, source] as const),
);

/** Units that must be active in a relay: of a service that starts on request, its sockets. */
export const ESSENTIAL_UNITS: readonly string[] = SERVICES.flatMap(({ unit, runs, sockets = [] }) => {
  if (runs === 'always') return [unit];
  return runs === 'on request' ? sockets.map(({ name }) => `chatmail-${name}.socket`) : [];
});

/**
 * Units that can be started at any time: a condition in its unit holds each back where it is not wanted. What starts
 * on request has its sockets started.
 */
export const STARTABLE_UNITS: readonly string[] = SERVICES.flatMap(({ unit, runs, sockets = [] }) =>
  runs === 'on request' ? sockets.map(({ name }) => `chatmail-${name}.socket`) : [`${unit}.service`],
);

/** Units that must not run while mail and keys are replaced beneath them. */
export const STOPPED_FOR_RESTORE: readonly string[] = SERVICES.filter(
  ({ stopsForRestore }) => stopsForRestore,
).map(({ unit }) => `${unit}.service`);

/** Where each socket is, by its name. */
export const SOCKET_PATHS: Readonly<Record<string, string>> = Object.fromEntries(
  SERVICES.flatMap(({ sockets = [] }) => sockets.map(({ name, path }) => [name, path] as const)),
);

/** Something that must answer before a relay may be called ready. */
export interface Probe {
  /** As it is shown to a person. */
  readonly name: string;
  /** On the loopback address, or a socket. */
  readonly at: { readonly port: number } | { readonly path: string };
  /** What to send; without, it is enough that it takes the connection, as a server of Debian's does when it is up. */
  readonly question?: string;
}

/** The ports and questions of every service that runs all the time. One that starts on request is not asked. */
export const PROBES: readonly Probe[] = SERVICES.filter(({ runs }) => runs === 'always').flatMap(
  ({ unit, ports = [], loopbackPorts = [], probe }): Probe[] => {
    const numbers = [
      ...ports.map((name) => PORTS[name].port),
      ...loopbackPorts.map((name) => LOOPBACK_PORTS[name]),
    ];
    const path = probe && SOCKET_PATHS[probe.socket];
    return [
      ...numbers.map((port) => ({ name: `port ${port}`, at: { port } })),
      ...(path === undefined
        ? []
        : [{ name: unit.replace('chatmail-', ''), at: { path }, question: probe?.question ?? '' }]),
    ];
  },
);
