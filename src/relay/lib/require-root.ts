import { PublicError } from './public-error.ts';

export const ROOT_ONLY = 'only root may do this: use sudo';

/** Throws before a command of root's has done half of what it can do as somebody else. */
export const requireRoot = (): void => {
  if (process.getuid?.() !== 0) throw new PublicError(ROOT_ONLY);
};
