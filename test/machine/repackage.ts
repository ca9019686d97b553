import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { buildRelayPackages, type RelayPackages } from '../../src/package/deb.ts';

interface Variant {
  readonly version: string;
  /** Changes the text of files of the relay's package, by their path there. */
  readonly change?: readonly (readonly [path: string, change: (text: string) => string])[];
}

const PROGRAMS = ['/usr/bin/chatmail', '/usr/lib/chatmail/extras.cjs'];

const built = new Map<string, Promise<RelayPackages>>();

/** Our packages as they are, built once for each folder. */
const packagesIn = (folder: string): Promise<RelayPackages> => {
  const found = built.get(folder) ?? buildRelayPackages(join(folder, 'as-they-are'));
  built.set(folder, found);
  return found;
};

/** Our packages as another version, in `folder`: paths of the relay's and of its extras, which needs the relay's. */
export const repackage = async (folder: string, { version, change = [] }: Variant): Promise<string[]> => {
  const { relay, extras } = await packagesIn(folder);
  const paths: string[] = [];
  for (const each of [relay, extras]) {
    const tree = await mkdtemp(join(folder, 'tree-'));
    await execa('dpkg-deb', ['--raw-extract', each.path, tree]);
    const edit = async (path: string, edited: (text: string) => string): Promise<void> =>
      writeFile(join(tree, path), edited(await readFile(join(tree, path), 'utf8')));
    await edit('DEBIAN/control', (text) =>
      text
        .replace(`Version: ${each.version}`, `Version: ${version}`)
        .replace(`= ${each.version}`, `= ${version}`),
    );
    // What the programs say of themselves.
    const own = new RegExp(`(?<![\\d.])${each.version.replaceAll('.', '\\.')}(?![\\d.])`, 'g');
    for (const path of PROGRAMS)
      if (each.tree.has(path)) await edit(path, (text) => text.replace(own, version));
    if (each === relay) for (const [path, edited] of change) await edit(path, edited);
    const sums = 'find * -path DEBIAN -prune -o -type f -exec md5sum {} + >DEBIAN/md5sums';
    await execa('sh', ['-euc', sums], { cwd: tree });
    const path = join(folder, basename(each.path).replace(each.version, version));
    await execa('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', tree, path]);
    paths.push(path);
    await rm(tree, { recursive: true });
  }
  return paths;
};
