import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { PROJECT } from '../src/package/paths.ts';

const FOLDER = join(PROJECT, '.github/workflows');
const textOf = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

/** GitHub's parser imports JSON in a way that Node does not accept: in one piece with it there is nothing to import. */
const loadParser = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'workflows-'));
  try {
    const outfile = join(folder, 'parser.cjs');
    const entry = { contents: "export * from '@actions/workflow-parser'", resolveDir: PROJECT };
    await build({ stdin: entry, bundle: true, format: 'cjs', platform: 'node', outfile });
    return createRequire(import.meta.url)(outfile) as typeof import('@actions/workflow-parser');
  } finally {
    await rm(folder, { recursive: true });
  }
};
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await loadParser();

/** A workflow as GitHub's own parser reads it: schema and expressions. */
const read = async (name: string, content: string) => {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  const template = value && (await convertWorkflowTemplate(context, value));
  const errors = [...context.errors.getErrors(), ...(template?.errors ?? [])].map(String);
  return { errors, jobs: template?.jobs ?? [] };
};

test.each(readdirSync(FOLDER))('%s is a workflow', async (name) => {
  const { errors, jobs } = await read(name, textOf(name));
  expect(errors).toEqual([]);
  expect(jobs.length).toBeGreaterThan(0);
});

test.each([
  ['runs-on', 'run-on'],
  ['- run: npm ci', '- rum: npm ci'],
  ["tags: ['v*']", "tag: ['v*']"],
  ['npm run release', 'npm run ${{ relase.x }}'],
  ['    steps:', '   steps:'],
])('%s written as %s is found', async (right, wrong) => {
  const text = textOf('release.yml');
  expect(text).toContain(right);
  expect((await read('release.yml', text.replace(right, wrong))).errors).not.toEqual([]);
});

test('the release workflow installs what package-lock.json says, and runs `npm run release`', async () => {
  const { jobs } = await read('release.yml', textOf('release.yml'));
  const steps = jobs.flatMap((job) => ('steps' in job ? job.steps : []));
  const commands = steps.flatMap((step) => ('run' in step ? [step.run.toDisplayString()] : []));
  expect(commands).toEqual(['npm ci', 'npm run release']);
});
