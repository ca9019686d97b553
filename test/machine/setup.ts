import { execa } from 'execa';
import type { TestProject } from 'vitest/node';
import { cachedTree } from '../../src/lab/tree-cache.ts';
import { TAR } from './images.ts';
import { raiseLimits } from './limits.ts';
import { buildBareWithPackages, stockTree } from './stock-tree.ts';

const buildRelay = async (): Promise<void> => {
  const formats = process.env.TEST_FORMATS ?? 'qcow2,raw,tar';
  await execa('node', ['lib/cli.js', 'build', '--format', formats], { stdio: 'inherit' });
  // Two files that begin at once would both unpack it.
  if (formats.split(',').includes('tar')) await cachedTree(TAR);
};

/**
 * Builds the image the machine tests boot. A build of what is there already takes seconds, and its lines say
 * what a long one is doing. `TEST_FORMATS=tar` is enough for the tests that boot containers. Where everything is
 * tested, the stock Debians that a few tests begin with are built beside it.
 */
export const setup = async ({ vitest }: TestProject): Promise<void> => {
  await raiseLimits();
  const isEverything = vitest.projects.some(({ name }) => name === 'emulated');
  await Promise.all([buildRelay(), ...(isEverything ? [stockTree(), buildBareWithPackages()] : [])]);
};
