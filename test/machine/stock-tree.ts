import { execa } from 'execa';
import { cachedTree } from '../../src/lab/tree-cache.ts';

/** What {@link buildBare} makes: a stock Debian 12, as a disk and as files. */
export const BARE = { qcow2: 'dist/bare/debian-bare.qcow2', tar: 'dist/bare/debian-bare.tar' } as const;

/** Makes both, which takes minutes once a day; seconds when they are there. */
export const buildBare = async (): Promise<void> => {
  await execa('node', ['lib/cli.js', 'build', '--bare', '--format', 'qcow2,tar'], { stdio: 'inherit' });
};

export const stockTree = async (): Promise<string> => {
  await buildBare();
  return cachedTree(BARE.tar);
};
