import { expect, test } from 'vitest';
import type { PackerEvent } from '../../src/packer/events.ts';
import { problemOf } from '../../src/packer/problem.ts';
import { followBuild } from '../../src/packer/relay/follow.ts';
import type { EndEvent, PackerOutcome } from '../../src/packer/run-packer.ts';
import { createProgress } from '../../src/terminal/progress.ts';

const say = (text: string): PackerEvent => ({ type: 'say', time: 0, build: 'a.b', text });
const message = (text: string): PackerEvent => ({ type: 'message', time: 0, build: 'a.b', text });
const script = (name: string) => say(`Provisioning with shell script: /x/../provision/${name}`);

async function* stream(
  events: readonly PackerEvent[],
  outcome: PackerOutcome,
): AsyncGenerator<PackerEvent | EndEvent> {
  yield* events;
  yield { type: 'end', outcome };
}

const follow = async (events: readonly PackerEvent[], outcome: PackerOutcome) => {
  let text = '';
  const output = { write: (more: string) => (text += more) };
  const progress = createProgress({ output, env: {}, now: () => 0 });
  return { outcome: await followBuild(stream(events, outcome), progress), text, times: progress.times };
};

test('each script is a step, and the last line said stays on it', async () => {
  const events = [
    say('Creating server...'),
    say('Waiting for SSH to become available...'),
    script('wait.sh'),
    message('status: done'),
    say('Uploading chatmail-relay.deb'),
    script('install.sh'),
    message('Setting up nginx\nSetting up postfix'),
    script('self-test.sh'),
    script('seal.sh'),
    message('/boot: 1 MiB trimmed'),
    say('Shutting down server...'),
    say('Creating snapshot ...'),
  ];
  const { text, outcome } = await follow(events, { status: 'done', artifacts: [] });
  expect(outcome.status).toBe('done');
  expect(text).toBe(
    [
      'machine...',
      'machine: done after 0.0 s (Waiting for SSH to become available...)',
      'wait...',
      'wait: done after 0.0 s (Uploading chatmail-relay.deb)',
      'package...',
      'package: done after 0.0 s (Setting up postfix)',
      'self-test...',
      'self-test: done after 0.0 s',
      'seal...',
      'seal: done after 0.0 s (/boot: 1 MiB trimmed)',
      'image...',
      'image: done after 0.0 s (Creating snapshot ...)',
      '',
    ].join('\n'),
  );
});

test.each<[PackerOutcome]>([
  [{ status: 'failed', problems: [problemOf('failed', { said: 'x' })] }],
  [{ status: 'interrupted' }],
])('%o: the step it was in has failed', async (outcome) => {
  const { text, ...rest } = await follow([script('wait.sh'), script('install.sh')], outcome);
  expect(text).toMatch(/wait: done.*\npackage\.\.\.\npackage: failed after 0\.0 s\n$/);
  expect(rest.outcome).toEqual(outcome);
});
