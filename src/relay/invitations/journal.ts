import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { readRegular } from '../lib/read-regular.ts';
import { replaceFile, replaceFileInBackground } from '../lib/replace-file.ts';
import { type Event, parseEvent } from './record.ts';

/** In bytes: more than the largest ledger and the largest number of lines after it. */
export const MAX_JOURNAL = 2 ** 23;
/** Lines after which the file is written anew. */
const MAX_LINES = 10_000;

const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_CREAT;

const textOf = (events: readonly Event[]): string =>
  events.map((event) => `${JSON.stringify(event)}\n`).join('');

/** The events in a file, in order; what was cut short by a power failure is left out. */
export const readEvents = (file: string): Event[] =>
  String(readRegular(file, MAX_JOURNAL) ?? '')
    .split('\n')
    .map(parseEvent)
    .filter((event): event is Event => event !== undefined);

interface Journal {
  /** Resolves when the event is on the disk. Rejects when it may not be there. */
  readonly add: (event: Event) => Promise<void>;
}

/**
 * Appends events to a file. What is added while the disk is busy goes there together, so that many cost little more than
 * one. `events`: all that the file has to have, for writing it anew, which is done at once. The same event may then be
 * there twice.
 */
export const openJournal = (file: string, events: () => readonly Event[]): Journal => {
  replaceFile(file, textOf(events()), 0o600);
  let waiting: {
    readonly event: Event;
    readonly resolve: () => void;
    readonly reject: (e: unknown) => void;
  }[] = [];
  let lines = 0;
  let isBusy = false;

  const append = async (text: string): Promise<void> => {
    const handle = await open(file, APPEND, 0o600);
    try {
      await handle.appendFile(text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  };
  const write = async (batch: readonly Event[]): Promise<void> => {
    if (lines > MAX_LINES) {
      await replaceFileInBackground(file, textOf(events()), 0o600);
      lines = 0;
    }
    // On a new line, after one that the disk had no room for.
    await append(`\n${textOf(batch)}`);
    lines += batch.length;
  };
  const work = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await write(batch.map(({ event }) => event));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isBusy = false;
  };
  return {
    add: (event) =>
      new Promise((resolve, reject) => {
        waiting.push({ event, resolve, reject });
        void work();
      }),
  };
};
