import { chmod, copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fstab, grubConfig } from './boot-files.ts';
import { ENABLE, FINISH } from './finish-script.ts';
import { type InstalledPackage, installedPackages } from './installed-packages.ts';
import { inside, owning } from './namespace.ts';
import { type RunOptions, run } from './run.ts';

/** Files of the machine that are the image's and not the relay's; path there = path in the machine. */
export const OVERLAY = fileURLToPath(new URL('../../src/image/tree/', import.meta.url));

interface TreeRequest {
  readonly tree: string;
  /** Absent: the tree stays a bare Debian, without the image's files. */
  readonly relayPackage: string | undefined;
  readonly settings: string | undefined;
  readonly programs: Readonly<Record<string, string>> | undefined;
  readonly rootUuid: string;
  readonly epoch: number;
  readonly isRoot: boolean;
  /** Folder for the files to lay over the tree. */
  readonly folder: string;
}

const INSTALL_ENV = { DEBIAN_FRONTEND: 'noninteractive', DEBCONF_NONINTERACTIVE_SEEN: 'true' };
const DEB = '/tmp/chatmail-relay.deb';
const POLICY = '/usr/sbin/policy-rc.d';

/** Shell script: `$1` the tree, `$2` the package. No service is started from a tree that is only built. */
const PREPARE = `set -eu; cp "$2" "$1${DEB}"; printf '#!/bin/sh\\nexit 101\\n' > "$1${POLICY}"; chmod 755 "$1${POLICY}"`;

/** Installs the relay's package into the tree; all it depends on is there already. */
export const installRelay = async (
  relayPackage: string,
  { tree, epoch, isRoot }: TreeRequest,
  options: RunOptions,
): Promise<void> => {
  const env = { ...INSTALL_ENV, SOURCE_DATE_EPOCH: String(epoch) };
  await run(owning(isRoot, ['sh', '-c', PREPARE, 'sh', tree, relayPackage]), options);
  await run(inside(isRoot, tree, ['dpkg', '--install', DEB]), {
    ...options,
    env,
    hint: 'the base system has what the package depends on; a failed script of the package shows its reason above',
  });
  await run(inside(isRoot, tree, ENABLE), options);
  await run(owning(isRoot, ['rm', '-f', `${tree}${POLICY}`]), options);
};

/** The image's files with those that this image alone has, in one folder. */
const overlayFor = async (request: TreeRequest): Promise<string> => {
  const { folder, rootUuid, relayPackage, settings, programs = {} } = request;
  const overlay = join(folder, 'overlay');
  if (relayPackage !== undefined) await cp(OVERLAY, overlay, { recursive: true });
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

/** Lays the image's files over the tree and takes out what is left of the making. */
export const finishTree = async (request: TreeRequest, options: RunOptions): Promise<void> => {
  const { tree, epoch, isRoot } = request;
  const overlay = await overlayFor(request);
  await run(owning(isRoot, ['sh', '-c', FINISH, 'sh', tree, overlay, String(epoch)]), options);
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
