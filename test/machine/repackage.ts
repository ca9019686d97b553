import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

interface Variant {
  readonly version: string;
  /** Changes the text of files of the relay's package, by their path there. */
  readonly change?: readonly (readonly [path: string, change: (text: string) => string])[];
}

const PROGRAMS = ['/usr/bin/chatmail', '/usr/lib/chatmail/extras.cjs'];

const NAMES = ['chatmail-relay', 'chatmail-relay-extras'];

const built = new Map<string, Promise<string>>();

/** Our packages as they are, built once for each folder; their version. */
const versionIn = (folder: string): Promise<string> => {
  const build = async (): Promise<string> => {
    await execa('node', ['lib/cli.js', 'package', '--output', folder]);
    const [name = ''] = (await readdir(folder)).filter((file) => file.startsWith(`${NAMES[0]}_`));
    return name.split('_')[1] ?? '';
  };
  const found = built.get(folder) ?? build();
  built.set(folder, found);
  return found;
};

/** Our packages as another version, in `folder`: paths of the relay's and of its extras, which needs the relay's. */
export const repackage = async (folder: string, { version, change = [] }: Variant): Promise<string[]> => {
  const original = join(folder, 'as-they-are');
  const before = await versionIn(original);
  const paths: string[] = [];
  for (const name of NAMES) {
    const tree = await mkdtemp(join(folder, 'tree-'));
    await execa('dpkg-deb', ['--raw-extract', join(original, `${name}_${before}_all.deb`), tree]);
    const edit = async (path: string, edited: (text: string) => string): Promise<void> =>
      writeFile(join(tree, path), edited(await readFile(join(tree, path), 'utf8')));
    await edit('DEBIAN/control', (text) =>
      text.replace(`Version: ${before}`, `Version: ${version}`).replace(`= ${before}`, `= ${version}`),
    );
    // What the programs say of themselves.
    const own = new RegExp(`(?<![\\d.])${before.replaceAll('.', '\\.')}(?![\\d.])`, 'g');
    for (const path of PROGRAMS)
      if (existsSync(join(tree, path))) await edit(path, (text) => text.replace(own, version));
    if (name === NAMES[0]) for (const [path, edited] of change) await edit(path, edited);
    const sums = 'find * -path DEBIAN -prune -o -type f -exec md5sum {} + >DEBIAN/md5sums';
    await execa('sh', ['-euc', sums], { cwd: tree });
    const path = join(folder, `${name}_${version}_all.deb`);
    await execa('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', tree, path]);
    paths.push(path);
    await rm(tree, { recursive: true });
  }
  return paths;
};
