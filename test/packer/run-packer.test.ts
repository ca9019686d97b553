import { describe, expect, test, vi } from 'vitest';
import { packerCommand } from '../../src/packer/command.ts';
import type { PackerEvent } from '../../src/packer/events.ts';
import { findPacker, isAtLeast, knowsPlugins, parsePackerVersion } from '../../src/packer/find-packer.ts';
import { renderHcl } from '../../src/packer/hcl.ts';
import { problemOf } from '../../src/packer/problem.ts';
import { type EndEvent, runPacker } from '../../src/packer/run-packer.ts';
import { inFolder } from '../cli-in-folder.ts';

describe('the command', () => {
  test.each([
    [{ action: 'build', template: 'a' }, ['packer', 'build', '-machine-readable', '-color=false', 'a']],
    [
      { action: 'validate', template: 'a', variables: { b: "c d'e", f: '' }, only: ['x.y', 'x.z'] },
      ['packer', 'validate', '-machine-readable', '-only=x.y,x.z', '-var', "b=c d'e", '-var', 'f=', 'a'],
    ],
    [
      { action: 'build', template: 'a', onError: 'abort', packer: '/opt/packer' },
      ['/opt/packer', 'build', '-machine-readable', '-color=false', '-on-error=abort', 'a'],
    ],
    [{ action: 'init', template: 'a', only: ['x'], variables: { b: 'c' } }, ['packer', 'init', 'a']],
  ] as const)('%o', (request, argv) => expect(packerCommand(request).argv).toEqual(argv));
});

const shellTemplate = (...inline: string[]): string =>
  renderHcl({
    sources: [{ type: 'null', name: 'none', settings: { communicator: 'none' } }],
    builds: [
      { sources: ['source.null.none'], provisioners: [{ type: 'shell-local', settings: { inline } }] },
    ],
  });

const runHere = async (
  template: string,
  see: (event: PackerEvent | EndEvent) => void = () => {},
  signal = new AbortController().signal,
): Promise<EndEvent> => {
  const folder = await inFolder({ 'a.pkr.hcl': template });
  let last: PackerEvent | EndEvent | undefined;
  try {
    const command = packerCommand({ action: 'build', template: 'a.pkr.hcl' });
    for await (const event of runPacker(command, { cwd: folder.cwd, signal })) {
      see(event);
      last = event;
    }
  } finally {
    await folder.remove();
  }
  return last as EndEvent;
};

test('a build that ends well', async () => {
  const texts: string[] = [];
  const end = await runHere(shellTemplate('echo hello, world'), (event) => {
    if (event.type === 'message') texts.push(event.text);
  });
  expect(texts).toEqual(['hello, world']);
  expect(end).toMatchObject({ type: 'end', outcome: { status: 'done', artifacts: [{ id: 'Null' }] } });
});

test('a build that fails says with what', async () => {
  const end = await runHere(shellTemplate('echo no room left', 'exit 7'));
  expect(end.outcome).toMatchObject({
    status: 'failed',
    problems: [
      { code: 'build-failed', facts: { build: 'null.none', said: expect.stringContaining('no room left') } },
    ],
  });
});

test('aborting stops Packer and what it runs', async () => {
  const controller = new AbortController();
  let pid = 0;
  const end = await runHere(
    shellTemplate('echo $$', 'exec sleep 600'),
    (event) => {
      if (event.type !== 'message') return;
      pid = Number(event.text);
      controller.abort();
    },
    controller.signal,
  );
  expect(end.outcome).toEqual({ status: 'interrupted' });
  // Nobody waits for it but the computer's first process.
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 5000);
});

test('without a Packer', async () => {
  const command = packerCommand({ action: 'build', template: 'a', packer: '/nonexistent/packer' });
  const events: unknown[] = [];
  for await (const event of runPacker(command)) events.push(event);
  expect(events).toEqual([
    { type: 'end', outcome: { status: 'failed', problems: [problemOf('no-packer', {})] } },
  ]);
  expect(await findPacker({}, '/nonexistent/packer')).toEqual(problemOf('no-packer', {}));
});

test.each([
  ['Packer v1.6.6\n', '1.6.6', false],
  ['Packer v1.7.0-dev (abc)\n\nYour version is out of date', '1.7.0', true],
  ['Packer v2.0.1', '2.0.1', true],
])('%j', (text, version, plugins) => {
  const found = parsePackerVersion(text);
  expect(found?.version).toBe(version);
  expect(found && knowsPlugins(found)).toBe(plugins);
});

test.each([
  ['1.14.0', '1.14.0', true],
  ['1.13.9', '1.14.0', false],
  ['2.0.0', '1.14.0', true],
  ['1.6.6', '1.7.0', false],
])('%s is at least %s: %s', (version, wanted, is) => {
  const found = parsePackerVersion(`Packer v${version}`);
  expect(found && isAtLeast(found, wanted)).toBe(is);
});

test('another program of that name is none', () => {
  expect(parsePackerVersion('skipping line: 1\n')).toBeUndefined();
});
