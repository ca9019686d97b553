import type { Progress } from '../../terminal/progress.ts';
import type { PackerEvent } from '../events.ts';
import type { EndEvent, PackerOutcome } from '../run-packer.ts';

/** The steps of a build, in their order; each begins at an event. */
const STEPS = ['machine', 'wait', 'package', 'self-test', 'seal', 'image'] as const;
type StepName = (typeof STEPS)[number];

const SCRIPTS: Readonly<Record<string, StepName>> = {
  'wait.sh': 'wait',
  'install.sh': 'package',
  'settings.sh': 'package',
  'self-test.sh': 'self-test',
  'seal.sh': 'seal',
};

/** What step an event is the beginning of, if it is. After the seal, all that Packer does makes the image. */
const stepOf = (event: PackerEvent | EndEvent, now: StepName): StepName => {
  if (event.type !== 'say') return now;
  const [, script = ''] = /^Provisioning with shell script: .*?([\w-]+\.sh)$/m.exec(event.text) ?? [];
  if (Object.hasOwn(SCRIPTS, script)) return SCRIPTS[script] ?? now;
  return now === 'seal' ? 'image' : now;
};

/** The end of a program's output, as one line. */
const lastLine = (text: string): string | undefined => text.trim().split('\n').at(-1)?.trim();

const isFailed = (event: PackerEvent | EndEvent): event is EndEvent =>
  event.type === 'end' && event.outcome.status !== 'done';

/** Ends a step that did not end well; what went wrong is in the outcome. */
class StepEnded extends Error {}

/**
 * Follows a build: its steps with their times, and on each what the machine or Packer said last. Resolves to
 * how it ended.
 */
export const followBuild = async (
  events: AsyncIterable<PackerEvent | EndEvent>,
  progress: Pick<Progress, 'step'>,
): Promise<PackerOutcome> => {
  const iterator = events[Symbol.asyncIterator]();
  let now: StepName = 'machine';
  let outcome: PackerOutcome | undefined;
  while (outcome === undefined) {
    const step: StepName = now;
    await progress
      .step(step, async ({ update }) => {
        while (outcome === undefined && now === step) {
          const { value: event, done } = await iterator.next();
          if (done) throw new Error('the events of Packer ended without an end');
          if (event.type === 'end') outcome = event.outcome;
          if (isFailed(event)) throw new StepEnded();
          if (event.type === 'say' || event.type === 'message' || event.type === 'error') {
            now = stepOf(event, step);
            if (now === step) update(undefined, lastLine(event.text));
          }
        }
      })
      .catch((error: unknown) => {
        if (!(error instanceof StepEnded)) throw error;
      });
  }
  return outcome;
};
