import { copyFile, cp, link, mkdir, readdir, realpath, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isFormat } from '../image/formats.ts';
import { owning } from '../image/namespace.ts';
import { run } from '../program/run.ts';
import { failure } from '../terminal/failure.ts';

/** A folder in the making, beside the place that it takes when it is whole. */
interface Staging {
  readonly folder: string;
  /** Puts it in its place. The folder that was there is gone afterwards. */
  publish(): Promise<void>;
  /** Removes what was not published. */
  remove(): Promise<void>;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Files of an image may belong to other users than the one who builds it (user_namespaces(7)). */
const removeFolder = async (folder: string): Promise<void> => {
  if (await exists(folder)) await run(owning(process.getuid?.() === 0, ['rm', '-rf', '--', folder]));
};

/** Images of some hundred megabytes: never written in place, so they need not be copied. */
const isImage = (name: string): boolean => isFormat(name.replace(/^chatmail-relay-.*?\.(?=[a-z])/, ''));

/** Whether somebody else put it there, such as git, or a host of pages: it stays, and is no part of the release. */
export const isForeign = (name: string): boolean => name.startsWith('.');

/** What earlier versions left in the folder. What is written again must not be the same file in both. */
const carryOver = async (from: string, to: string): Promise<void> => {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (isForeign(entry.name)) await run(['cp', '--archive', '--link', source, target]);
    else if (entry.isDirectory()) await cp(source, target, { recursive: true });
    else if (isImage(entry.name)) await link(source, target);
    else if (entry.isFile()) await copyFile(source, target);
  }
};

/** Puts back what a run that was killed between two names has left, and removes what one was making. */
const cleanUp = async (output: string, aside: string): Promise<void> => {
  if (await exists(output)) await removeFolder(aside);
  else if (await exists(aside)) await rename(aside, output);
  for (const name of await readdir(dirname(output))) {
    const [, pid] = /\.part-(\d+)$/.exec(name) ?? [];
    if (pid === undefined || name !== `${basename(output)}.part-${pid}`) continue;
    if (await exists(`/proc/${pid}`))
      throw failure(`process ${pid} is making a release for ${output}`, { hint: 'wait until it has ended' });
    await removeFolder(join(dirname(output), name));
  }
};

const isMountPoint = async (folder: string): Promise<boolean> =>
  (await exists(folder)) && (await stat(folder)).dev !== (await stat(dirname(folder))).dev;

/**
 * A copy of the folder `output`, or an empty one where there is none, to add a version to. Nobody who looks into
 * `output` sees it half-written, even if this process is killed: the next one cleans up.
 */
export const openStaging = async (output: string): Promise<Staging> => {
  const place = await realpath(output).catch(() => output);
  await mkdir(dirname(place), { recursive: true });
  const aside = `${place}.part-previous`;
  await cleanUp(place, aside);
  if (await isMountPoint(place))
    throw failure(`${output} is a mount point, which cannot be replaced as a whole`, {
      hint: 'choose a folder in it',
    });
  const folder = `${place}.part-${process.pid}`;
  await mkdir(folder);
  if (await exists(place)) await carryOver(place, folder);
  return {
    folder,
    publish: async () => {
      if (await exists(place)) await rename(place, aside);
      await rename(folder, place);
      await removeFolder(aside);
    },
    remove: () => removeFolder(folder),
  };
};
