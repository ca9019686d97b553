import { mkdir, readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { parseDepends } from '../../src/image/packages.ts';
import { cachedTree } from '../../src/lab/tree-cache.ts';

/** What {@link buildBare} makes: a stock Debian 12, as a disk and as files. */
export const BARE = { qcow2: 'dist/bare/debian-bare.qcow2', tar: 'dist/bare/debian-bare.tar' } as const;
/** What {@link buildBareWithPackages} makes: the same with the packages of Debian that a relay needs. */
export const BARE_WITH_PACKAGES = {
  raw: 'dist/bare-with-packages/debian-bare.raw',
  tar: 'dist/bare-with-packages/debian-bare.tar',
} as const;

/** Runs a build while no other test here does: who comes second finds it done. Minutes once a day, then seconds. */
const build = async (output: string, ...options: readonly string[]): Promise<void> => {
  await mkdir('dist', { recursive: true });
  const command = ['node', 'lib/cli.js', 'build', '--bare', '--output', output, ...options];
  await execa('flock', [`${output}.lock`, ...command], { stdio: 'inherit' });
};

export const buildBare = (): Promise<void> => build('dist/bare', '--format', 'qcow2,tar');

/** What our package depends on, as apt takes it. */
const dependencies = async (): Promise<string> => {
  const control = await readFile('src/package/debian/control', 'utf8');
  return parseDepends(/^Depends: (.*)$/m.exec(control)?.[1] ?? '').join();
};

export const buildBareWithPackages = async (): Promise<void> =>
  build('dist/bare-with-packages', '--format', 'raw,tar', '--include', await dependencies());

export const stockTree = async (): Promise<string> => {
  await buildBare();
  return cachedTree(BARE.tar);
};

/** For tests of other things than how Debian's packages get there, which is most of what it takes to make a relay. */
export const stockTreeWithPackages = async (): Promise<string> => {
  await buildBareWithPackages();
  return cachedTree(BARE_WITH_PACKAGES.tar);
};
