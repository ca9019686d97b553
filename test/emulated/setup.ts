import { raiseLimits } from '../machine/limits.ts';
import { buildBare } from '../machine/stock-tree.ts';

/** The disk of a stock Debian, which both begin with. */
export const setup = async (): Promise<void> => {
  await raiseLimits();
  await buildBare();
};
