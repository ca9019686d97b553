import { main } from '../src/cli.ts';

/** Runs the program in a folder; everything it printed is in the answer. */
export const runProgram = async (
  args: readonly string[],
  cwd: string,
  { env = {}, program }: { readonly env?: NodeJS.ProcessEnv; readonly program?: string } = {},
) => {
  let stdout = '';
  let stderr = '';
  const status = await main(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env,
    cwd,
    signal: new AbortController().signal,
    ...(program !== undefined && { program }),
  });
  return { status, stdout, stderr };
};
