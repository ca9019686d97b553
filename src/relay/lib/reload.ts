import { execFileSync } from 'node:child_process';

/** It may take over ports that an earlier version's files gave to others. */
const LISTENER = 'nginx.service';

/**
 * Those that run read their files again; those that do not run stay down. At boot nobody may wait for it: the
 * servers come after the configuration, and so would this.
 */
export const reload = (units: readonly string[], isBoot: boolean): void => {
  const verb = [...(isBoot ? ['--no-block'] : []), 'try-reload-or-restart'];
  const isLast = (unit: string) => unit === LISTENER;
  for (const some of [units.filter((unit) => !isLast(unit)), units.filter(isLast)])
    if (some.length > 0) execFileSync('systemctl', [...verb, ...some]);
};
