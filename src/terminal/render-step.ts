/** What a step looks like at one moment. Pure, so that the pictures are tested without a terminal. */
export interface StepView {
  readonly name: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly seconds: number;
  /** How much is done, from 0 to 1; absent where it is not known. */
  readonly fraction?: number | undefined;
  /** What is going on, e.g. the package being unpacked. */
  readonly detail?: string | undefined;
}

const BAR = 20;
const NAME = 14;
const COLORS = { running: 36, done: 32, failed: 31 } as const;
const MARKS = { running: '·', done: '✓', failed: '✗' } as const;

/** `9.4 s`, `1 min 24 s`. */
export const duration = (seconds: number): string => {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
};

export const bar = (fraction: number, width = BAR): string => {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
};

// A control character out of a program's output must not move the cursor.
const harmless = (text: string): string => text.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ');

/** One line for a terminal of so many columns; it never wraps, or erasing it would leave its head behind. */
export const terminalLine = (view: StepView, columns: number, hasColor: boolean): string => {
  const running = view.state === 'running';
  const parts = [view.name.padEnd(NAME), duration(view.seconds).padStart(11)];
  if (running && view.fraction !== undefined) {
    parts.push(bar(view.fraction), `${Math.floor(view.fraction * 100)} %`.padStart(5));
  }
  if (view.detail) parts.push(harmless(view.detail));
  const line = [...parts.join('  ')].slice(0, Math.max(0, columns - 3)).join('');
  const mark = MARKS[view.state];
  return `${hasColor ? `\x1b[${COLORS[view.state]}m${mark}\x1b[0m` : mark} ${line}`;
};

/** One line for a log: when a step starts and when it ends. */
export const plainLine = (view: StepView): string => {
  const detail = view.detail ? ` (${harmless(view.detail)})` : '';
  if (view.state === 'running') return `${view.name}...`;
  const verb = view.state === 'done' ? 'done' : 'failed';
  return `${view.name}: ${verb} after ${duration(view.seconds)}${detail}`;
};
