import { SELF_TEST_SCRIPT, scriptText } from '../package/install-scripts.ts';
import { type RunOptions, run } from '../program/run.ts';
import { inside } from './namespace.ts';

interface SelfTest {
  readonly isRoot: boolean;
  /** A bare Debian: there is no relay in it. */
  readonly isBare: boolean;
}

/** The image's test of itself: rejects with all that must be in it and is not. */
export const selfTest = async (
  tree: string,
  { isRoot, isBare }: SelfTest,
  options: RunOptions,
): Promise<void> => {
  const script = ['sh', '-c', scriptText(SELF_TEST_SCRIPT), 'sh', ...(isBare ? ['bare'] : [])];
  await run(inside(isRoot, tree, script), options);
};
