import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildRelayPackages } from '../../../src/package/deb.ts';

/** A package store with both packages, and what dpkg would know of them if it had installed them. */
export interface TestStore {
  readonly folder: string;
  readonly packages: string;
  readonly dpkg: string;
  readonly relay: string;
  readonly extras: string;
}

export const makeStore = async (): Promise<TestStore> => {
  const folder = mkdtempSync(join(tmpdir(), 'share-'));
  const [packages, dpkg] = [join(folder, 'packages'), join(folder, 'dpkg')];
  const { relay, extras } = await buildRelayPackages(packages);
  mkdirSync(dpkg);
  for (const [name, { path }] of Object.entries({
    'chatmail-relay': relay,
    'chatmail-relay-extras': extras,
  })) {
    execFileSync('dpkg-deb', ['--control', path, join(folder, name)]);
    writeFileSync(join(dpkg, `${name}.md5sums`), readFileSync(join(folder, name, 'md5sums')));
  }
  return { folder, packages, dpkg, relay: relay.path, extras: extras.path };
};
