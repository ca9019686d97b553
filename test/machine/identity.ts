import { execa } from 'execa';
import { inside } from '../../src/image/namespace.ts';
import { SEAL_SCRIPT, scriptText } from '../../src/package/install-scripts.ts';

/** What of one machine is in the tree of an image, as the seal's own rules say: nothing, if all is well. */
export const identityIn = async (tree: string): Promise<string> => {
  const [program = '', ...args] = inside(true, tree, ['sh', '-c', scriptText(SEAL_SCRIPT), 'sh', 'check']);
  const { all } = await execa(program, args, { all: true, reject: false });
  return all;
};
