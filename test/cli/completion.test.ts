import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SHELLS } from '../../src/cli/completion.ts';
import { COMMANDS } from '../../src/cli.ts';
import { CLOUD_NAMES } from '../../src/model/clouds/all.ts';
import { inFolder } from '../cli-in-folder.ts';

let folder: Awaited<ReturnType<typeof inFolder>>;
const script = (shell: string) => join(folder.cwd, `script.${shell}`);

beforeAll(async () => {
  folder = await inFolder({ 'some.yaml': '' });
  for (const shell of SHELLS) await writeFile(script(shell), (await folder.run('completion', shell)).stdout);
});
afterAll(() => folder.remove());

/** Completes as a person who presses Tab after these words, of which the last may be begun. */
const COMPLETERS = {
  bash: async (...words: string[]) => {
    const code = `source "$0"; COMP_WORDS=(chatmail-image "$@"); COMP_CWORD=$#; _chatmail_image; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return (await execa('bash', ['-c', code, script('bash'), ...words], { cwd: folder.cwd })).stdout;
  },
  fish: async (...words: string[]) => {
    const code = `source ${script('fish')}; complete -C "$argv"`;
    const line = ['chatmail-image', ...words].join(' ');
    const { stdout } = await execa('fish', ['--no-config', '-c', code, line], { cwd: folder.cwd });
    return stdout.replaceAll(/\t.*/g, '');
  },
} as const;

describe.each(['bash', 'fish'] as const)('%s completes', (shell) => {
  const complete = async (...words: string[]) =>
    (await COMPLETERS[shell](...words)).split('\n').filter(Boolean).sort();

  test('commands', async () => {
    expect(await complete('')).toEqual(expect.arrayContaining(Object.keys(COMMANDS)));
    expect(await complete('us')).toEqual(['user-data']);
  });

  test.each<[string, string[], string[]]>([
    ['options', ['user-data', '--prov'], ['--provider']],
    ['names of clouds', ['user-data', '--provider', ''], [...CLOUD_NAMES].sort()],
    ['words of the help', ['user-data', '--base', 'd'], ['debian']],
    ['what a short option takes', ['build', '-f', 'q'], ['qcow2']],
    ['operands', ['packer', 'va'], ['validate']],
    ['files', ['check', '--config', 'so'], ['some.yaml']],
  ])('%s', async (_, words, expected) => expect(await complete(...words)).toEqual(expected));
});

test('zsh completes by that of bash', async () => {
  const code = [
    'zmodload zsh/zpty',
    'zpty shell zsh -f -i',
    `zpty -w shell "autoload -U compinit; compinit -u -D; source $1"`,
    `zpty -w -n shell $'chatmail-image user-data --provider het\\t'`,
    `zpty -r -m shell text '*hetzner*'`,
    'zpty -d shell',
    'print found',
  ].join('\n');
  const { stdout } = await execa('zsh', ['-f', '-c', code, 'zsh', script('zsh')], {
    timeout: 20_000,
    env: { TERM: 'dumb' },
  });
  expect(stdout).toBe('found');
});

test('another shell has none', async () => {
  expect(await folder.run('completion', 'tcsh')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('there is for bash, zsh, fish'),
  });
});
