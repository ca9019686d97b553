import { failure } from '../terminal/failure.ts';
import type { GuestConsole } from './console.ts';
import type { Machine } from './machine.ts';
import { type Outcome, relayOutcome } from './readiness.ts';

/** A relay that can be used, if only for its setup page. */
export type Usable = Exclude<Outcome, { state: 'error' }>;

const TAIL = 15;
const tail = (console: GuestConsole): string => {
  const lines = console.lines.slice(-TAIL);
  return lines.length > 0 ? `the console's last lines:\n${lines.join('\n')}` : 'its console stayed empty';
};

/** Waits for a machine's relay. Rejects with what went wrong: its own words, or the console's last lines. */
export const usableRelay = async (
  machine: Pick<Machine, 'console'>,
  seconds: number,
  signal: AbortSignal,
): Promise<Usable> => {
  const limit = AbortSignal.timeout(seconds * 1000);
  const { console } = machine;
  const outcome = await relayOutcome(console, AbortSignal.any([signal, limit])).catch((error) => {
    signal.throwIfAborted();
    if (!limit.aborted) throw error;
    throw failure(`the relay was not ready after ${seconds} s\n${tail(console)}`);
  });
  if (!outcome) throw failure(`the machine ended before its relay was ready\n${tail(console)}`);
  if (outcome.state === 'error') throw failure(`the relay did not start: ${outcome.problem}`);
  return outcome;
};
