import { raiseLimits } from '../machine/limits.ts';
import { buildStockDisk } from './stock-disk.ts';

/** The disk of a stock Debian, which both begin with. */
export const setup = async (): Promise<void> => {
  await raiseLimits();
  await buildStockDisk();
};
