import { runProgram } from '../run-program.ts';

/** Runs the command in a folder. */
export const runRelease = (
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = { SOURCE_DATE_EPOCH: '1700000000' },
) => runProgram(['release', ...args], cwd, { env, program: 'chatmail-image' });
