import { execa } from 'execa';
import { signalGroup } from '../program/signal-group.ts';
import type { PackerCommand } from './command.ts';
import { type ArtifactEvent, type PackerEvent, readEvents } from './events.ts';
import { type PackerProblem, problemOf, readProblems } from './problem.ts';

/** How a run of Packer ended. */
export type PackerOutcome =
  | { readonly status: 'done'; readonly artifacts: readonly ArtifactEvent[] }
  | { readonly status: 'failed'; readonly problems: readonly PackerProblem[] }
  /** The signal was aborted, and Packer has taken down what it had put up. */
  | { readonly status: 'interrupted' };

/** The last event of a run. */
export interface EndEvent {
  readonly type: 'end';
  readonly outcome: PackerOutcome;
}

export interface RunOptions {
  /**
   * Asks Packer to stop, as Ctrl-C does: it then removes the machine it has made, which can take minutes, and
   * the run ends after that.
   */
  readonly signal?: AbortSignal;
  readonly cwd?: string;
  /** Added to this process's environment: credentials go here. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Lines of output in the report on a failed build. */
const TAIL = 12;

/**
 * Packer starts itself again below a process that ignores the signal, so the group gets it, as from a
 * terminal. The group is its own: a Ctrl-C meant for us reaches it through here alone, and once.
 */
const interrupt = (pid: number | undefined): void => signalGroup(pid, 'SIGINT');

/** What is remembered of a run to say how it ended. Pure but for its memory. */
export const createVerdict = () => {
  const artifacts: ArtifactEvent[] = [];
  const failed = new Map<string, string>();
  const errors: string[] = [];
  const tails = new Map<string, string[]>();
  return {
    see(event: PackerEvent): void {
      if (event.type === 'artifact') artifacts.push(event);
      else if (event.type === 'build-error') failed.set(event.build, event.text);
      else if (event.type === 'error' && event.build === undefined) errors.push(event.text);
      else if (event.type === 'message' || event.type === 'error') {
        const tail = tails.get(event.build ?? '') ?? [];
        tail.push(event.text.trimEnd());
        tails.set(event.build ?? '', tail.slice(-TAIL));
      }
    },
    /** `status` is Packer's exit status, undefined if it did not start or a signal ended it. */
    outcome(status: number | undefined, isInterrupted: boolean): PackerOutcome {
      if (status === 0) return { status: 'done', artifacts };
      if (isInterrupted) return { status: 'interrupted' };
      if (failed.size > 0) {
        const problems = [...failed].flatMap(([build, text]): readonly PackerProblem[] => {
          const known = readProblems(text).filter(({ code }) => code !== 'failed');
          const tail = (tails.get(build) ?? []).filter((line) => line !== text.trim());
          const said = [text.trim(), ...tail.map((line) => `  ${line}`)].join('\n');
          return known.length > 0 ? known : [problemOf('build-failed', { build, said })];
        });
        return { status: 'failed', problems };
      }
      const problems = readProblems(errors.join('\n'));
      const unsaid = problemOf('failed', { said: `packer ended with status ${status ?? 'unknown'}` });
      return { status: 'failed', problems: problems.length > 0 ? problems : [unsaid] };
    },
  };
};

/**
 * Runs Packer: its events while they come, and an {@link EndEvent} last. Never rejects for what Packer or the
 * cloud does; leaving the loop early interrupts Packer.
 */
export async function* runPacker(
  { argv, env }: PackerCommand,
  { signal, cwd, env: more }: RunOptions = {},
): AsyncGenerator<PackerEvent | EndEvent, void> {
  if (signal?.aborted) {
    yield { type: 'end', outcome: { status: 'interrupted' } };
    return;
  }
  const [program = '', ...args] = argv;
  const child = execa(program, args, {
    all: true,
    buffer: false,
    detached: true,
    env: { ...more, ...env },
    reject: false,
    stdin: 'ignore',
    ...(cwd === undefined ? {} : { cwd }),
  });
  const verdict = createVerdict();
  const onAbort = (): void => interrupt(child.pid);
  signal?.addEventListener('abort', onAbort, { once: true });
  let isEnded = false;
  try {
    for await (const event of readEvents(child.all)) {
      verdict.see(event);
      yield event;
    }
    const result = await child;
    isEnded = true;
    const isMissing = (result.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    const outcome: PackerOutcome = isMissing
      ? { status: 'failed', problems: [problemOf('no-packer', {})] }
      : verdict.outcome(result.exitCode, signal?.aborted ?? false);
    yield { type: 'end', outcome };
  } finally {
    signal?.removeEventListener('abort', onAbort);
    if (!isEnded) interrupt(child.pid);
  }
}
