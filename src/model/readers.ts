import { READERS, SOCKET_PATHS } from './service-facts.ts';

/** The units of those who read any of these files, in the table's order. */
export const readersOf = (changed: readonly string[]): string[] => [
  ...new Set(
    READERS.filter(([, pattern]) => changed.some((path) => new RegExp(pattern).test(path))).map(
      ([unit]) => unit,
    ),
  ),
];

/** Where the socket of this name is. Throws for a name that is not in the table. */
export const socketPath = (name: string): string => {
  const path = SOCKET_PATHS[name];
  if (path === undefined) throw new Error(`no socket is called ${name}`);
  return path;
};
