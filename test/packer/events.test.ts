import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROJECT } from '../../src/package/paths.ts';
import { type PackerEvent, readEvents } from '../../src/packer/events.ts';
import { problemWords, readProblems } from '../../src/packer/problem.ts';
import { createVerdict } from '../../src/packer/run-packer.ts';

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

const eventsOf = async (text: string, size = 4096): Promise<PackerEvent[]> => {
  const events: PackerEvent[] = [];
  for await (const event of readEvents(inPieces(text, size))) events.push(event);
  return events;
};

const recorded = (name: string): Promise<string> =>
  readFile(`${PROJECT}test/packer/recorded/${name}.txt`, 'utf8');

const RECORDED = [
  ['success', 0],
  ['failing-provisioner', 1],
  ['missing-plugin', 1],
  ['missing-variable', 1],
  ['missing-credential', 1],
  ['old-packer', 1],
  ['interrupted', 1],
] as const;

describe.each(RECORDED)('recorded from Packer 1.6.6: %s', (name, status) => {
  test('its events', async () => {
    await expect(JSON.stringify(await eventsOf(await recorded(name)), undefined, 1)).toMatchFileSnapshot(
      `recorded/${name}.events.txt`,
    );
  });

  test('they do not depend on how the bytes come', async () => {
    const text = await recorded(name);
    expect(await eventsOf(text, 1)).toEqual(await eventsOf(text));
  });

  test('how it ended', async () => {
    const verdict = createVerdict();
    for (const event of await eventsOf(await recorded(name))) verdict.see(event);
    const outcome = verdict.outcome(status, name === 'interrupted');
    const words = outcome.status === 'failed' ? outcome.problems.map(problemWords) : [];
    await expect(JSON.stringify({ outcome, words }, undefined, 1)).toMatchFileSnapshot(
      `recorded/${name}.outcome.txt`,
    );
  });
});

test.each<[string, Partial<PackerEvent>]>([
  ['1,,ui,say,==> a.b: x%!(PACKER_COMMA) y', { type: 'say', build: 'a.b', text: 'x, y' }],
  ['1,,ui,message,    a-b.c: x', { type: 'message', build: 'a-b.c', text: 'x' }],
  ['1,,ui,say,no build: here', { type: 'say', text: 'no build: here' }],
  ['1,,ui,say,==> a.b: x\\n==> a.b: y', { type: 'say', build: 'a.b', text: 'x\n==> a.b: y' }],
  ['1,,ui,shout,x', { type: 'other', kind: 'ui' }],
  ['1,a.b,error,why', { type: 'build-error', build: 'a.b', text: 'why' }],
  ['1,,version,1.6.6', { type: 'other', kind: 'version', data: ['1.6.6'] }],
  ['panic: runtime error', { type: 'other', data: ['panic: runtime error'] }],
])('%s', async (line, event) => expect(await eventsOf(line)).toMatchObject([event]));

test('a line without end is bounded', async () => {
  const [event] = await eventsOf(`1,,ui,say,${'x'.repeat(1 << 20)}`);
  expect((event as { text: string }).text.length).toBeLessThan(1 << 17);
});

test('any bytes are read', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 9 }), async (text, size) => {
      await eventsOf(text, size);
    }),
  );
});

test('a line of any length is read, and told in part', () => {
  const problems = readProblems(`Error: ${'size location image token key secret '.repeat(1 << 15)}\nEnd`);
  expect(problems.map((problem) => [problem.code, problemWords(problem).message])).toEqual([
    ['failed', expect.stringMatching(/^size .{900,1000}\nEnd$/)],
  ]);
});

describe('what newer versions say', () => {
  test.each([
    [
      'Error: Missing plugins\n\nThe following plugins are required, but not installed:\n\n* github.com/vultr/vultr >= 2.5.0\n\nDid you run packer init for this project ?',
      { code: 'missing-plugins', facts: { plugins: 'github.com/vultr/vultr' } },
    ],
    [
      'Error: Unknown source type vultr\n\n  on a.pkr.hcl line 1:\n\nThe source vultr.relay is unknown by Packer, and is likely part of a plugin that\nis not installed.',
      { code: 'unknown-component', facts: { kind: 'source', name: 'vultr' } },
    ],
    ['Error: GET https://api: 401 (request "x") Unable to authenticate you', { code: 'refused-credential' }],
    ['Error: no valid credential sources found', { code: 'missing-credential' }],
    [
      "Error: 1 error(s) occurred:\n\n* Output directory '/a b/image' already exists. It must not exist.",
      { code: 'output-exists', facts: { path: '/a b/image' } },
    ],
    [
      'Error: server type cx22 not found',
      { code: 'not-offered', facts: { said: 'server type cx22 not found' } },
    ],
    ['Error: image not found: debian-11', { code: 'not-offered' }],
    ['unsupported location for server type (invalid_input, 0123)', { code: 'not-offered' }],
    [
      'POST https://api: 422 (request "x") You specified an invalid size for Droplet creation.',
      { code: 'not-offered' },
    ],
    ["InvalidAMIID.NotFound: The image id '[ami-0]' does not exist", { code: 'not-offered' }],
    ['No AMI was found matching filters: {', { code: 'not-offered' }],
    ["The resource 'projects/p/zones/z/machineTypes/e1' was not found", { code: 'not-offered' }],
    ['SkuNotAvailable: The requested size is currently not available in location', { code: 'not-offered' }],
    [
      "PlatformImageNotFound: The platform image 'Debian:debian-12:1:latest' is not available.",
      { code: 'not-offered' },
    ],
    ['Unable to find flavor with name d9-9', { code: 'not-offered' }],
    ['{"error":"Invalid plan","status":400}', { code: 'not-offered' }],
    ['[400] [type] A valid plan type by that ID was not found', { code: 'not-offered' }],
    ['Timeout waiting for SSH.', { code: 'failed' }],
    ['Script exited with non-zero exit status: 127. Allowed exit codes are: [0]', { code: 'failed' }],
    ['something else', { code: 'failed', facts: { said: 'something else' } }],
  ])('%s', (text, problem) => expect(readProblems(text)).toMatchObject([problem]));
});
