import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { EXTRAS, PROGRAM, PROJECT } from '../../src/package/paths.ts';
import { extras } from '../../src/relay/extras.ts';
import { EXTRA_COMMANDS, loadExtras } from '../../src/relay/lib/extras.ts';
import { VERSION } from '../../src/version.ts';

const core = { configure: async () => 0, settingsProblem: async () => undefined };
const firstWords = (commands: object) => [
  ...new Set(Object.keys(commands).map((name) => name.split(' ')[0])),
];

test('the relay knows the names of all extra commands', () => {
  expect(firstWords(extras(core)).sort()).toEqual(EXTRA_COMMANDS);
});

test('the bundle is what is loaded', () => {
  const commands = loadExtras(core, EXTRAS);
  expect(Object.keys(commands ?? {})).toEqual(Object.keys(extras(core)));
});

test('without the package there are none', () => {
  expect(loadExtras(core, '/nowhere/extras.cjs')).toBeUndefined();
});

const folder = mkdtempSync(join(tmpdir(), 'extras-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the bundled program as a relay whose extras are at that path. */
const chatmail = (extrasPath: string, ...args: string[]) => {
  const program = join(folder, 'chatmail');
  writeFileSync(program, readFileSync(PROGRAM, 'utf8').replace('/usr/lib/chatmail/extras.cjs', extrasPath));
  try {
    return { status: 0, text: execFileSync('node', [program, ...args], { encoding: 'utf8', stdio: 'pipe' }) };
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: string };
    return { status, text: stderr };
  }
};

test.each(EXTRA_COMMANDS)('%s without the package says what is missing, and how to get it', (command) => {
  const { status, text } = chatmail('/nowhere/extras.cjs', command, '--json', 'x');
  expect(status).toBe(1);
  expect(text).toContain(`${command} needs the package chatmail-relay-extras`);
  expect(text).toContain(`apt install ./chatmail-relay-extras_${VERSION}_all.deb`);
});

test('the list of commands without the package says what needs it', () => {
  const { text } = chatmail('/nowhere/extras.cjs', 'help');
  for (const name of EXTRA_COMMANDS)
    expect(text).toMatch(new RegExp(`^  ${name} +needs the package chatmail-relay-extras$`, 'm'));
});

test.each([
  [['st'], ['status']],
  [['users', 'bl'], ['block']],
  [
    ['users', 'list', '--'],
    ['--help', '--json'],
  ],
  [['report', '--j'], ['--json']],
  [['describe', 'tur'], ['turn']],
])('bash completes chatmail %j', (words, found) => {
  chatmail(EXTRAS, 'help');
  const script = [
    `chatmail() { node ${join(folder, 'chatmail')} "$@"; }`,
    `. ${PROJECT}src/package/debian/bash-completion`,
    `COMP_WORDS=(chatmail ${words.join(' ')}); COMP_CWORD=${words.length}`,
    `_chatmail; printf '%s\n' "\${COMPREPLY[@]}"`,
  ].join('\n');
  const text = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(text.trim().split('\n')).toEqual(found);
});

test('the program says its version', () => {
  expect(chatmail(EXTRAS, '--version')).toEqual({ status: 0, text: `chatmail ${VERSION}\n` });
});

test.each([
  [['describe', 'turn'], 0, /^turn: /],
  [['describe'], 0, /^mail_domain +domain or IPv4 /],
  [['describe', '--json'], 0, /^\[\{"name":"mail_domain"/],
  [['describe', 'trun'], 2, /no such setting: "trun"; did you mean turn\?/],
])('%j', (args, status, text) => {
  const found = chatmail(EXTRAS, ...args);
  expect(found).toMatchObject({ status, text: expect.stringMatching(text) });
});

test('with the package they are commands like the others', () => {
  const { text } = chatmail(EXTRAS, 'help');
  for (const name of [...Object.keys(extras(core)), 'status', 'expire'])
    expect(text).toContain(`\n  ${name} `);
  expect(chatmail(EXTRAS, 'users', 'show')).toMatchObject({ status: 2 });
});
