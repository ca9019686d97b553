import { opendir, rename, rm } from 'node:fs/promises';
import { type Model, PATHS } from '../../model/model.ts';
import { log } from '../lib/log.ts';
import { count } from '../lib/metrics.ts';
import { type Attempt, attemptName, DEAD, parseAttempt, readJob } from '../lib/push-queue.ts';
import { watchFolder } from '../lib/watch-folder.ts';
import { CONNECTIONS, gateway } from './gateway.ts';
import { isDue, nextAttempt, type Push } from './retry.ts';

const DELTA_CHAT = 'https://notifications.delta.chat/notify';
/** With more than this waiting, what fails is not tried again: the disk is for mail. */
const MAX_QUEUED = 100_000;
/** Those that wait leave some connections to what has just come. */
const MAX_WAITING = CONNECTIONS - 8;
const HOUR_MS = 3_600_000;

const seconds = (): number => Math.floor(Date.now() / 1000);

/**
 * Works off the push queue. The folder is all there is: a file's name says when to try it, and it goes, or gets
 * another name, only when the push service has answered. So nothing is lost whenever this ends, and memory does not
 * grow with what waits: what is new is known from watching the folder, and the rest is looked for by going through
 * it when something is due.
 */
export const workOff = (folder: string, push: Push): { readonly close: () => void } => {
  const busy = new Map<string, Promise<void>>();
  let queued = 0;
  /** When to go through the folder, in seconds; not before `pause` ms. */
  let next = Number.POSITIVE_INFINITY;
  let pause = 0;
  let isSweeping = false;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let reported = 0;

  const plan = (): void => {
    clearTimeout(timer);
    const wait = Math.min(Math.max(next * 1000 - Date.now(), pause), HOUR_MS);
    if (!isSweeping) timer = setTimeout(sweep, wait);
  };
  const wakeAt = (due: number): void => {
    if (due >= next) return;
    next = due;
    plan();
  };
  /** One line for many failures. */
  const report = (reason: number | string): void => {
    failures++;
    if (seconds() < reported + 60) return;
    log('warning', `push: ${failures} failed, the last with ${reason}`);
    [failures, reported] = [0, seconds()];
  };

  const tryToPush = async (name: string, attempt: Attempt): Promise<void> => {
    const path = `${folder}/${name}`;
    const job = await readJob(path);
    const answer = job && (await push(job.token));
    if (answer === 200) count('push', { result: 'sent' });
    if (job === undefined || answer === 200) return rm(path, { force: true });
    if (answer === 410) {
      count('push', { result: 'dead' });
      return rename(path, `${folder}/${DEAD}/${name}`);
    }
    report(answer ?? 0);
    const later = queued > MAX_QUEUED ? undefined : nextAttempt(attempt, seconds());
    count('push', { result: later ? 'retried' : 'given_up' });
    if (!later) return rm(path, { force: true });
    await rename(path, `${folder}/${attemptName(later)}`);
    wakeAt(later.due);
  };
  const begin = (name: string, attempt: Attempt): void => {
    const attempted = tryToPush(name, attempt)
      .catch((error: NodeJS.ErrnoException) => {
        report(error.code ?? error.name);
        wakeAt(seconds() + 60);
      })
      .finally(() => busy.delete(name));
    busy.set(name, attempted);
  };

  const sweep = async (): Promise<void> => {
    let [found, started] = [0, performance.now()];
    isSweeping = true;
    next = Number.POSITIVE_INFINITY;
    try {
      for await (const { name } of await opendir(folder)) {
        const now = seconds();
        const attempt = parseAttempt(name);
        // What doveauth left half written when it ended
        const half = name.startsWith('.') ? parseAttempt(name.slice(1)) : undefined;
        if (half && half.since < now - 60) await rm(`${folder}/${name}`, { force: true });
        if (!attempt || busy.has(name)) continue;
        found++;
        if (!isDue(attempt, now)) {
          next = Math.min(next, attempt.due);
          continue;
        }
        const reached = performance.now();
        while (busy.size >= MAX_WAITING) await Promise.race(busy.values());
        started += performance.now() - reached;
        begin(name, attempt);
      }
    } catch (error) {
      report((error as NodeJS.ErrnoException).code ?? 'sweep');
      next = seconds() + 60;
    }
    queued = found;
    isSweeping = false;
    // Looking takes no more than a tenth of the time, however much there is.
    pause = Math.max(1000, 10 * (performance.now() - started));
    plan();
  };

  const watcher = watchFolder(folder, (name) => {
    if (name === null) return wakeAt(seconds());
    const attempt = parseAttempt(name);
    if (!attempt || attempt.tries > 0 || busy.has(name)) return;
    if (busy.size < CONNECTIONS) begin(name, attempt);
    else wakeAt(seconds());
  });
  sweep();
  return {
    close: () => {
      watcher.close();
      clearTimeout(timer);
      isSweeping = true;
    },
  };
};

/** Starts the notifier. Without a push service what is in the queue is of no use. */
export const start = ({ settings: { push_gateway = DELTA_CHAT } }: Model): void => {
  workOff(PATHS.pushQueue, push_gateway === '' ? async () => 200 : gateway(push_gateway));
};
