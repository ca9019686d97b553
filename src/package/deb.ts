import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../program/run.ts';
import { VERSION } from '../version.ts';
import { PROGRAM } from './paths.ts';
import { controlFiles, type PackageTree, packageTree } from './tree.ts';

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

/** When the package was made, for whoever wants the same bytes again (reproducible-builds.org). */
const sourceDate = (env: NodeJS.ProcessEnv): number => Number(env.SOURCE_DATE_EPOCH ?? 1_767_225_600);

export interface RelayPackage {
  readonly path: string;
  readonly version: string;
  readonly tree: PackageTree;
}

/**
 * Builds `chatmail-relay_<version>_all.deb` in `folder` with dpkg-deb: the same bytes for the same sources.
 * Rejects with a failure when dpkg-deb is missing or fails.
 */
export const buildRelayPackage = async (
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<RelayPackage> => {
  const version = VERSION;
  const epoch = sourceDate(env);
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  const tree = packageTree(await readFile(PROGRAM, 'utf8'), version, date);
  const staging = await mkdtemp(join(tmpdir(), 'chatmail-relay-'));
  try {
    await writeTree(staging, tree);
    await writeTree(join(staging, 'DEBIAN'), controlFiles(tree, version));
    await writeFile(join(staging, 'DEBIAN/md5sums'), md5sums(tree));
    // Folders are whatever the umask here makes them; in the package they are for all to read.
    await run(['chmod', '-R', 'u=rwX,go=rX', staging]);
    await mkdir(folder, { recursive: true });
    const path = join(folder, `chatmail-relay_${version}_all.deb`);
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
