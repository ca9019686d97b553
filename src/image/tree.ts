import { chmod, copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { INSTALL_SCRIPT, SEAL_SCRIPT, scriptText } from '../package/install-scripts.ts';
import { type RunOptions, run } from '../program/run.ts';
import { fstab, grubConfig } from './boot-files.ts';
import { ENABLE, LAY_OVER, SET_TIMES } from './finish-script.ts';
import { type InstalledPackage, installedPackages } from './installed-packages.ts';
import { inside, owning } from './namespace.ts';
import type { BuildRequest } from './request.ts';

/** Files of the machine that are the image's and not the relay's; path there = path in the machine. */
export const OVERLAY = fileURLToPath(new URL('../../src/image/tree/', import.meta.url));

interface TreeRequest {
  readonly tree: string;
  /** Absent: the tree stays a bare Debian, without the image's files. */
  readonly packages: BuildRequest['packages'];
  readonly settings: string | undefined;
  readonly programs: Readonly<Record<string, string>> | undefined;
  readonly rootUuid: string;
  readonly epoch: number;
  readonly isRoot: boolean;
  /** Folder for the files to lay over the tree. */
  readonly folder: string;
}

const INSTALL_ENV = { DEBIAN_FRONTEND: 'noninteractive', DEBCONF_NONINTERACTIVE_SEEN: 'true' };
/** Where `install.sh` looks for them. */
const DEB = '/tmp/chatmail-relay.deb';
const EXTRAS_DEB = '/tmp/chatmail-relay-extras.deb';

/** Installs the relay's packages into the tree; all they depend on is there already. */
export const installRelay = async (
  { relay, extras }: NonNullable<BuildRequest['packages']>,
  { tree, epoch, isRoot }: TreeRequest,
  options: RunOptions,
): Promise<void> => {
  const env = { ...INSTALL_ENV, SOURCE_DATE_EPOCH: String(epoch) };
  await run(owning(isRoot, ['cp', relay, tree + DEB]), options);
  await run(owning(isRoot, ['cp', extras, tree + EXTRAS_DEB]), options);
  await run(inside(isRoot, tree, ['sh', '-euc', scriptText(INSTALL_SCRIPT)]), {
    ...options,
    env,
    hint: 'the base system has what the package depends on; a failed script of the package shows its reason above',
  });
  await run(inside(isRoot, tree, ENABLE), options);
};

/** The image's files with those that this image alone has, in one folder. */
const overlayFor = async (request: TreeRequest): Promise<string> => {
  const { folder, rootUuid, packages, settings, programs = {} } = request;
  const overlay = join(folder, 'overlay');
  if (packages !== undefined) await cp(OVERLAY, overlay, { recursive: true });
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(overlay, path)), { recursive: true });
    await writeFile(join(overlay, path), text);
  };
  await write('etc/fstab', fstab(rootUuid));
  await write('boot/grub/grub.cfg', grubConfig(rootUuid));
  if (settings !== undefined) await write('etc/chatmail/chatmail.yaml', settings);
  for (const [path, file] of Object.entries(programs)) {
    await mkdir(dirname(join(overlay, path)), { recursive: true });
    await copyFile(file, join(overlay, path));
    await chmod(join(overlay, path), 0o755);
  }
  return overlay;
};

/** Lays the image's files over the tree and seals it: rejects where something of one machine is left in it. */
export const finishTree = async (request: TreeRequest, options: RunOptions): Promise<void> => {
  const { tree, epoch, isRoot } = request;
  const overlay = await overlayFor(request);
  await run(owning(isRoot, ['sh', '-c', LAY_OVER, 'sh', tree, overlay]), options);
  await run(inside(isRoot, tree, ['sh', '-c', scriptText(SEAL_SCRIPT)]), {
    ...options,
    hint: `a package left it behind; remove it in ${SEAL_SCRIPT}`,
  });
  await run(owning(isRoot, ['sh', '-c', SET_TIMES, 'sh', tree, String(epoch)]), options);
};

/** What dpkg has as installed in the tree. */
export const packagesIn = async (tree: string): Promise<readonly InstalledPackage[]> =>
  installedPackages(await readFile(join(tree, 'var/lib/dpkg/status'), 'utf8'));

/** Writes the tree as a tar whose bytes depend on nothing but the files. */
export const tarCommand = (tree: string, file: string): readonly string[] => [
  ...['tar', '--create', `--file=${file}`, '--sort=name', '--numeric-owner', '--format=posix'],
  ...['--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime'],
  ...['--xattrs', '--xattrs-include=*', `--directory=${tree}`, '.'],
];
