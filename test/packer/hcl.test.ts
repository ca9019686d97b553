import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hclString, renderHcl } from '../../src/packer/hcl.ts';
import { blocks, env, expression, type Template, type Value } from '../../src/packer/template.ts';
import { inFolder } from '../cli-in-folder.ts';

const packer = (cwd: string, ...args: string[]) =>
  execa('packer', args, { cwd, reject: false, stdin: 'ignore', env: { CHECKPOINT_DISABLE: '1' } });

/** Builds with Packer, and gives back what a program that it ran got in its environment: as it is, and in base64. */
const throughPacker = async (texts: readonly string[]) => {
  const name = 'hostile.pkr.hcl';
  const folder = await inFolder();
  const script =
    "require('fs').writeFileSync(process.env.OUT, JSON.stringify(JSON.parse(process.env.NAMES).map((n) => process.env[n])))";
  const names = ['TEXT', 'BASE64'].flatMap((kind) => texts.map((_, index) => `${kind}_${index}`));
  const template: Template = {
    variables: Object.fromEntries(
      texts.map((text, index) => [`text_${index}`, { type: 'string', default: text }]),
    ),
    sources: [{ type: 'null', name: 'none', settings: { communicator: 'none' } }],
    builds: [
      {
        sources: ['source.null.none'],
        provisioners: [
          {
            type: 'shell-local',
            settings: {
              environment_vars: [
                `OUT=${join(folder.cwd, 'out.json')}`,
                `NAMES=${JSON.stringify(names)}`,
                `NODE=${process.execPath}`,
                `SCRIPT=${script}`,
                ...texts.map((_, index) => expression(`"TEXT_${index}=\${var.text_${index}}"`)),
                ...texts.map((_, index) =>
                  expression(`"BASE64_${index}=\${base64encode(var.text_${index})}"`),
                ),
              ],
              inline: ['"$NODE" -e "$SCRIPT"'],
            },
          },
        ],
      },
    ],
  };
  try {
    await writeFile(join(folder.cwd, name), renderHcl(template));
    const result = await packer(folder.cwd, 'build', '-color=false', name);
    expect(result.exitCode, `${result.stdout}${result.stderr}`).toBe(0);
    const all: readonly string[] = JSON.parse(await readFile(join(folder.cwd, 'out.json'), 'utf8'));
    return {
      raw: all.slice(0, texts.length),
      encoded: all.slice(texts.length).map((text) => Buffer.from(text, 'base64').toString()),
    };
  } finally {
    await folder.remove();
  }
};

const HOSTILE = [
  '',
  'plain',
  '${var.text_0} %{if true}x%{endif}',
  '$${x} %%{x} $$${x} $$$$ %%%% $ {',
  '"quotes" \'single\' `id` $(id) $HOME \\n \\',
  'line\nline\r\n\ttab',
  'trailing\\',
  'Größe 名前 🦊 \u00a0\u2028\u2029\ufeff\u202e',
  '\u0001\u0007\u001b[31m\u007f\u0085',
  "'; rm -rf / #",
  '%!(PACKER_COMMA)',
  '${',
  '%{',
  '#//*EOF*/<<EOF',
];

test('hostile text comes through HCL and the shell as it is', async () => {
  expect(await throughPacker(HOSTILE)).toEqual({ raw: HOSTILE, encoded: HOSTILE });
});

test.each([
  ['half a character', 'a\ud800', 'variable.x.default: half of a character is not text'],
  ['NUL', 'a\0', 'variable.x.default: no program takes a text with NUL in it'],
  [
    'a letter in two parts',
    'u\u0308',
    'variable.x.default: text must be in Unicode normal form C, or Packer would change it',
  ],
])('%s is refused with its place', (_, text, message) => {
  const template: Template = { variables: { x: { type: 'string', default: text } } };
  expect(() => renderHcl(template)).toThrow(message);
});

test.each(['', 'a b', '1st', 'ä', 'x"'])('%j is not a name', (name) => {
  const source = { type: 'null', name: 'none', settings: { [name]: 'x' } };
  expect(() => renderHcl({ sources: [source] })).toThrow('is not a name in HCL');
});

test.each([
  ['', '""'],
  ['a"b\\c', '"a\\"b\\\\c"'],
  ['${a} %{b} $x %y', '"$${a} %%{b} $x %y"'],
  ['\n\t\u0001', '"\\n\\t\\u0001"'],
])('%j', (text, hcl) => expect(hclString(text)).toBe(hcl));

const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,12}$/).filter((one) => one !== '__proto__');
const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string().map((text) => text.normalize('NFC')),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom(expression('var.x'), env('HOME')),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  ),
})).value;

test('whatever is written is formatted as `packer fmt` would', async () => {
  const samples = fc.sample(fc.dictionary(name, value, { maxKeys: 6 }), { numRuns: 60, seed: 7 });
  const template: Template = {
    plugins: { a: { source: 'github.com/a/a', version: '>= 1.0.0' } },
    variables: {
      x: { type: 'string', sensitive: true, validation: { condition: 'true', message: 'Good.' } },
    },
    locals: samples[0] ?? {},
    sources: samples.map((settings, index) => ({
      type: 'null',
      name: `s${index}`,
      settings: { ...settings, filter: blocks({ a: 1 }, { bcd: [], filters: { 'a-b': 'x', 'c d': 'y' } }) },
    })),
    builds: [{ sources: ['source.null.s0'], provisioners: [{ type: 'shell', settings: { inline: ['x'] } }] }],
  };
  const folder = await inFolder({ 'all.pkr.hcl': renderHcl(template) });
  const { exitCode, stdout, stderr } = await packer(folder.cwd, 'fmt', '-check', '-diff', 'all.pkr.hcl');
  await folder.remove();
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});
