import { spawnSync } from 'node:child_process';
import { PACKAGES } from '../../model/packages.ts';

/** What dpkg knows of a package: its version, and `installed` or how far it is from that (dpkg(1)). */
interface InstalledPackage {
  readonly version: string;
  readonly status: string;
}
type Installed = Readonly<Partial<Record<string, InstalledPackage>>>;

const FORMAT = '${Package} ${db:Status-Status}${db:Status-Eflag} ${Version}\\n';

export const parseInstalled = (text: string): Installed =>
  Object.fromEntries(
    [...text.matchAll(/^(\S+) (\S+) (\S*)$/gm)].map(([, name = '', status = '', version = '']) => [
      name,
      // It prints `ok` for a package that needs no new installation.
      { version, status: status.replace(/ok$/, '') },
    ]),
  );

export const readInstalled = (): Installed =>
  parseInstalled(
    spawnSync('dpkg-query', ['--show', `--showformat=${FORMAT}`, ...PACKAGES], { encoding: 'utf8' }).stdout,
  );

/** Where an update stands. `elsewhere`: removed, or another version. */
type Stage = 'before' | 'between' | 'after' | 'elsewhere';

const isThere = (found: InstalledPackage | undefined): found is InstalledPackage =>
  found !== undefined && !/^(not-installed|config-files)$/.test(found.status);

export const stageOf = (installed: Installed, { from, to }: { from: string; to: string }): Stage => {
  const [relay, extras] = PACKAGES.map((name) => installed[name]);
  if (!isThere(relay)) return 'elsewhere';
  const both = [relay, ...(isThere(extras) ? [extras] : [])];
  const isWhole = both.every(({ status, version }) => status === 'installed' && version === relay.version);
  if (!isWhole) return 'between';
  if (relay.version === to) return 'after';
  return relay.version === from ? 'before' : 'elsewhere';
};
