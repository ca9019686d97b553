import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PACKAGES } from '../model/packages.ts';
import { run } from '../program/run.ts';
import { VERSION } from '../version.ts';
import { EXTRAS, INVITATIONS, PROGRAM, TEXT_MAKER, TRIAL } from './paths.ts';
import { sourceDateEpoch } from './source-date.ts';
import { controlFiles, extrasControlFiles, extrasTree, type PackageTree, packageTree } from './tree.ts';

const md5sums = (tree: PackageTree): string =>
  [...tree]
    .map(([path, file]) => `${createHash('md5').update(file.content).digest('hex')}  ${path.slice(1)}\n`)
    .join('');

const writeTree = async (folder: string, tree: PackageTree): Promise<void> => {
  for (const [path, { content, mode }] of tree) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    await chmod(target, mode);
  }
};

/** When the packages were made, unless `SOURCE_DATE_EPOCH` says: the same bytes each time. */
const DATE = 1_767_225_600;

/** One of our packages, built. */
interface BuiltPackage {
  readonly path: string;
  readonly version: string;
  readonly tree: PackageTree;
}

/** Both packages of a relay: the one that is enough, and what is installed in addition wherever it does not travel in a text. */
export interface RelayPackages {
  readonly relay: BuiltPackage;
  readonly extras: BuiltPackage;
}

interface Contents {
  readonly name: string;
  readonly version: string;
  readonly tree: PackageTree;
  readonly control: PackageTree;
  readonly epoch: number;
}

const buildPackage = async (
  folder: string,
  contents: Contents,
  env: NodeJS.ProcessEnv,
): Promise<BuiltPackage> => {
  const { name, version, tree, control, epoch } = contents;
  const staging = await mkdtemp(join(tmpdir(), `${name}-`));
  try {
    await writeTree(staging, tree);
    await writeTree(join(staging, 'DEBIAN'), control);
    await writeFile(join(staging, 'DEBIAN/md5sums'), md5sums(tree));
    // Folders are whatever the umask here makes them; in the package they are for all to read.
    await run(['chmod', '-R', 'u=rwX,go=rX', staging]);
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${name}_${version}_all.deb`);
    const options = { env: { ...env, SOURCE_DATE_EPOCH: String(epoch) } };
    await run(
      ['dpkg-deb', '--root-owner-group', '-Zxz', '-z9', '-Sextreme', '--build', staging, path],
      options,
    );
    return { path, version, tree };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
};

/**
 * Builds `chatmail-relay_<version>_all.deb` and `chatmail-relay-extras_<version>_all.deb` in `folder` with dpkg-deb: the
 * same bytes for the same sources. `archive`: see `packageTree`. Rejects with a failure when dpkg-deb is missing or fails.
 */
export const buildRelayPackages = async (
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
  archive?: string,
): Promise<RelayPackages> => {
  const version = VERSION;
  const epoch = sourceDateEpoch(env) ?? DATE;
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  const relay = packageTree(await readFile(PROGRAM, 'utf8'), version, date, archive);
  const extras = extrasTree(
    {
      commands: await readFile(EXTRAS, 'utf8'),
      invitations: await readFile(INVITATIONS, 'utf8'),
      page: await readFile(TEXT_MAKER, 'utf8'),
      trial: await readFile(TRIAL, 'utf8'),
    },
    version,
    date,
    archive,
  );
  const build = (name: string, tree: PackageTree, control: PackageTree) =>
    buildPackage(folder, { name, version, tree, control, epoch }, env);
  return {
    relay: await build(PACKAGES[0], relay, controlFiles(relay, version)),
    extras: await build(PACKAGES[1], extras, extrasControlFiles(extras, version)),
  };
};
