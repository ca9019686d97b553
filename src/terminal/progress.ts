import type { Failure } from './failure.ts';
import { plainLine, type StepView, terminalLine } from './render-step.ts';

/** Where progress is shown: standard error, as standard output is for results. */
interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What the work of a step may tell while it goes on. */
export interface Step {
  /** How much is done, from 0 to 1, and what is going on. */
  update(fraction: number | undefined, detail?: string): void;
}

export interface StepTime {
  readonly name: string;
  readonly seconds: number;
}

/** Steps one after the other, each with its time; on a terminal with a bar, else as plain lines. */
export interface Progress {
  /** Runs and times a step. What `work` leaves as detail stays on the step's last line. */
  step<T>(name: string, work: (step: Step) => Promise<T>): Promise<T>;
  /** A line between the steps, e.g. a warning. */
  note(text: string): void;
  /** The steps that ended well so far. */
  readonly times: readonly StepTime[];
}

interface ProgressOptions {
  readonly output: ProgressOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds, going up. */
  readonly now?: () => number;
}

/** Says in a failure which step it was; anything else is a bug, and stays as it is. */
const inStep = (name: string, error: unknown): unknown => {
  if (!(error instanceof Error) || error.name !== 'Failure') return error;
  const within = (one: { readonly message: string }) => ({ message: `${name}: ${one.message}` });
  const { problems } = error as Failure;
  return Object.assign(
    error,
    within(error),
    problems && { problems: problems.map((one) => ({ ...one, ...within(one) })) },
  );
};

const REDRAW = 200;
const ERASE = '\r\x1b[2K';

/** `NO_COLOR` (no-color.org) takes colour away, `TERM=dumb` the moving line too. */
export const createProgress = ({ output, env, now = () => performance.now() }: ProgressOptions): Progress => {
  const isLive = output.isTTY === true && env.TERM !== 'dumb';
  const hasColor = isLive && !env.NO_COLOR;
  const times: StepTime[] = [];
  const draw = (view: StepView): string => terminalLine(view, output.columns ?? 80, hasColor);
  const start = (view: StepView): void => {
    output.write(isLive ? draw(view) : `${plainLine(view)}\n`);
  };
  const end = (view: StepView): void => {
    output.write(isLive ? `${ERASE}${draw(view)}\n` : `${plainLine(view)}\n`);
  };

  const step = async <T>(name: string, work: (step: Step) => Promise<T>): Promise<T> => {
    const began = now();
    let fraction: number | undefined;
    let detail: string | undefined;
    const view = (state: StepView['state']): StepView => ({
      name,
      state,
      seconds: (now() - began) / 1000,
      fraction,
      detail,
    });
    start(view('running'));
    const timer = isLive ? setInterval(() => output.write(ERASE + draw(view('running'))), REDRAW) : undefined;
    try {
      const result = await work({
        update: (newFraction, newDetail) => {
          fraction = newFraction;
          detail = newDetail;
        },
      });
      const done = view('done');
      times.push({ name, seconds: Math.round(done.seconds * 100) / 100 });
      end(done);
      return result;
    } catch (error) {
      end(view('failed'));
      throw inStep(name, error);
    } finally {
      clearInterval(timer);
    }
  };

  return { step, note: (text) => output.write(`${text}\n`), times };
};
