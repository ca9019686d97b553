import { main } from '../../src/cli.ts';

/** Runs the command in a folder; everything it printed is in the answer. Without images, so that it takes a second. */
export const runRelease = async (
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = { SOURCE_DATE_EPOCH: '1700000000' },
) => {
  let stdout = '';
  let stderr = '';
  const status = await main(['release', ...args], {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env,
    cwd,
    signal: new AbortController().signal,
    program: 'chatmail-image',
  });
  return { status, stdout, stderr };
};
