import { setTimeout as pause } from 'node:timers/promises';
import type { GuestConsole } from './console.ts';

/** How a relay's first boot ended: it works, it waits for something outside, or it refuses its settings. */
export type Outcome =
  | { readonly state: 'ready'; readonly domain: string; readonly relayAddress: string }
  | { readonly state: 'waiting'; readonly problem: string }
  | { readonly state: 'error'; readonly problem: string };

const ANNOUNCEMENT = /(?:^|[\s\]:])chatmail: (ready|waiting|error): (.+)$/;
const READY = /^([^\s/"']{1,255}) at ([0-9a-fA-F.:]{2,45})$/;

/** What one console line says of the relay; undefined: nothing, or nothing that makes sense. */
export const readAnnouncement = (line: string): Outcome | undefined => {
  const [, state, text = ''] = ANNOUNCEMENT.exec(line) ?? [];
  if (state === 'error' || state === 'waiting') return { state, problem: text };
  const [, domain, relayAddress] = READY.exec(text) ?? [];
  return domain && relayAddress ? { state: 'ready', domain, relayAddress } : undefined;
};

/** The problem as the relay put it on the console: its first line and the lines marked as its own after it. */
export const problemText = (lines: readonly string[]): string => {
  const first = lines.findIndex((line) => readAnnouncement(line)?.state === 'error');
  const rest = lines.slice(first + 1);
  const end = rest.findIndex((line) => !line.startsWith('chatmail:'));
  const own = [lines[first] ?? '', ...rest.slice(0, end < 0 ? rest.length : end)];
  return own.map((line) => line.replace(/^.*?chatmail: ?(error: )?/, '')).join('\n');
};

/** The rest of a problem follows its first line within one write, which a serial line may stretch. */
const REST_OF_PROBLEM_MS = 500;

/** Waits for the relay's word. Undefined: the machine ended without one. */
export const relayOutcome = async (
  console: GuestConsole,
  signal?: AbortSignal,
): Promise<Outcome | undefined> => {
  for await (const line of console.follow(signal)) {
    const outcome = readAnnouncement(line);
    if (outcome?.state === 'error') {
      await pause(REST_OF_PROBLEM_MS, undefined, signal ? { signal } : {});
      return { ...outcome, problem: problemText(console.lines) };
    }
    if (outcome) return outcome;
  }
  return undefined;
};
