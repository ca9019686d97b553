import { execFileSync } from 'node:child_process';

/** Who reads what: the unit to reload or restart after a file changed. */
const READERS: readonly (readonly [pattern: RegExp, ...units: string[]])[] = [
  [/^\/etc\/postfix\//, 'postfix@-.service'],
  [/\/dovecot[^/]*$/, 'dovecot.service'],
  [/\/opendkim\.conf$/, 'opendkim.service'],
  [/\/nginx\.conf$/, 'nginx.service'],
  [/^\/etc\/unbound\//, 'unbound.service'],
  [/\/relay\.json$/, 'chatmail-doveauth.service', 'chatmail-filtermail.service', 'chatmail-courier.service'],
  [/\/mailserver\.(pem|key)$/, 'postfix@-.service', 'dovecot.service', 'nginx.service'],
];

export const unitsFor = (changed: readonly string[]): string[] => [
  ...new Set(
    READERS.flatMap(([pattern, ...units]) => (changed.some((path) => pattern.test(path)) ? units : [])),
  ),
];

/**
 * Those that run read their files again; those that do not run stay down. At boot nobody may wait for it: the
 * servers come after the configuration, and so would this.
 */
export const reload = (units: readonly string[], isBoot: boolean): void => {
  if (units.length === 0) return;
  execFileSync('systemctl', [...(isBoot ? ['--no-block'] : []), 'try-reload-or-restart', ...units]);
};

/** Starts what is down, and looks anew whether the relay is ready. At boot systemd does this in its own order. */
export const startRelay = (): void => {
  const units = new Set(READERS.flatMap(([, ...readers]) => readers));
  execFileSync('systemctl', ['start', ...units]);
  execFileSync('systemctl', ['restart', 'chatmail-firstboot.service']);
};
