import { expect, test } from 'vitest';
import { programName } from '../../src/cli/program-name.ts';
import { main } from '../../src/cli.ts';

test.each([
  ['/src/relay/lib/cli.js', '/src/relay', '/usr/bin', 'node lib/cli.js'],
  ['/src/relay/lib/cli.js', '/src/relay/lib', '/usr/bin', 'node cli.js'],
  ['/src/relay/lib/cli.js', '/home/me', '/usr/bin', 'node /src/relay/lib/cli.js'],
  ['/usr/bin/chatmail-image', '/home/me', '/bin:/usr/bin', 'chatmail-image'],
  ['/home/me/node_modules/.bin/chatmail-image', '/home/me', '/usr/bin', 'npx chatmail-image'],
  [undefined, '/', undefined, 'chatmail-image'],
])('%s started in %s with PATH=%s is called %s', (script, cwd, path, name) => {
  expect(programName({ script, cwd, path })).toBe(name);
});

const run = async (...args: string[]): Promise<string> => {
  let said = '';
  const output = { write: (text: string) => (said += text) };
  await main(args, {
    stdout: output,
    stderr: output,
    env: {},
    cwd: '/nonexistent',
    signal: new AbortController().signal,
    program: 'node lib/cli.js',
  });
  return said;
};

test.each([
  [['--help'], 'usage: node lib/cli.js COMMAND'],
  [['check', '--help'], 'usage: node lib/cli.js check'],
  [['check', '--wrong'], 'node lib/cli.js check --help shows the usage'],
  [['check'], '`node lib/cli.js init` writes one'],
  [['try', '--backend', 'qemu'], '`node lib/cli.js build --format qcow2` makes one'],
  [
    ['user-data', '--base', 'debian', '--source', 'https://example.org/x'],
    '`node lib/cli.js package` builds it',
  ],
  [
    ['build', '--relay-package', 'chatmail-relay_1_all.deb'],
    '`node lib/cli.js package` builds both packages',
  ],
])('%j names the program as it was started', async (args, expected) => {
  const said = await run(...args);
  expect(said).toContain(expected);
  expect(said.replaceAll('$XDG_CACHE_HOME/chatmail-image', '')).not.toContain('chatmail-image');
});
