import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { BATCH, type FuzzFailure, fuzz, inputOf } from './fuzz.ts';
import { TARGETS } from './targets.ts';

const HELP = `usage: npm run fuzz -- [--runs N] [--seed N] [--replay FILE] [${Object.keys(TARGETS).join('|')}]…\n`;
const FOLDER = 'dist/fuzz';
/** Longer without a sign of life is a loop without end. */
const SILENCE_MS = 90_000;

interface Job {
  readonly name: string;
  readonly seed: number;
  readonly from: number;
  readonly runs: number;
}

/** Of a worker: where it is; at the end how many inputs were accepted, or what failed and at which case, if it knows. */
type Word =
  | { readonly at: number; readonly rss: number }
  | { readonly accepted: number }
  | { readonly failed: string; readonly index?: number };

const say = (word: Word): void => parentPort?.postMessage(word);

/** In a worker, so that a crash and an endless loop are seen from outside. */
const work = async ({ name, ...options }: Job): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const target = await TARGETS[name]?.(folder);
  if (!target) return;
  process.stderr.write = () => true; // the readers' complaints
  const onProgress = (at: number) => say({ at, rss: process.memoryUsage.rss() });
  try {
    await fuzz(target, { ...options, onProgress });
    say({ accepted: target.accepted() });
  } catch (error) {
    const { failed } = error as Partial<FuzzFailure>;
    say({ failed: String((error as Error).stack), ...(failed ? { index: failed.index } : {}) });
  }
  await target.close?.();
  rmSync(folder, { recursive: true, force: true });
};

interface Outcome {
  readonly accepted: number;
  readonly problem?: string;
  /** The case that failed, or the first of those among which it is. */
  readonly index: number;
  readonly isExact: boolean;
}

/** Runs a job in a worker to its end, whichever it is. */
const run = (job: Job, onProgress: (at: number, rss: number) => void = () => {}): Promise<Outcome> =>
  new Promise((resolve) => {
    const worker = new Worker(fileURLToPath(import.meta.url), {
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    let index = job.from;
    let timer: NodeJS.Timeout | undefined;
    const finish = (outcome: Partial<Outcome>): void => {
      clearTimeout(timer);
      resolve({ accepted: 0, index, isExact: false, ...outcome });
      void worker.terminate();
    };
    const listen = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => finish({ problem: 'an endless loop' }), SILENCE_MS);
    };
    listen();
    worker
      .on('message', (word: Word) => {
        listen();
        if ('at' in word) {
          index = word.at;
          onProgress(word.at, word.rss);
        } else if ('failed' in word)
          finish({
            problem: word.failed,
            ...(word.index === undefined ? {} : { index: word.index, isExact: true }),
          });
        else finish(word);
      })
      .on('error', (error) => finish({ problem: `a crash: ${error.stack}` }))
      .on('exit', () => finish({ problem: 'the reader ended' }));
  });

/** After a crash: the one case of the batch that fails alone, or the first. */
const locate = async (job: Job, { index, isExact }: Outcome): Promise<number> => {
  if (isExact) return index;
  for (let i = index; i < index + BATCH; i++)
    if ((await run({ ...job, from: i, runs: 1 })).problem !== undefined) return i;
  return index;
};

const save = async (job: Job, outcome: Outcome): Promise<string> => {
  const index = await locate(job, outcome);
  const path = join(FOLDER, `${job.name}-${job.seed}-${index}`);
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const target = await TARGETS[job.name]?.(folder);
  mkdirSync(FOLDER, { recursive: true });
  if (target) writeFileSync(path, inputOf(target, { seed: job.seed, index }));
  await target?.close?.();
  rmSync(folder, { recursive: true, force: true });
  return path;
};

/** Fuzzes one reader; whether it stood. */
const trial = async (job: Job): Promise<boolean> => {
  const started = performance.now();
  let next = 0;
  const outcome = await run(job, (at, rss) => {
    if (at - job.from < next) return;
    next += job.runs / 10;
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stdout.write(`${job.name}: ${at} inputs, ${seconds} s, ${rss >> 20} MiB\n`);
  });
  if (outcome.problem === undefined) {
    process.stdout.write(`${job.name}: ${job.runs} inputs, ${outcome.accepted} of them accepted, no fault\n`);
    return true;
  }
  const path = await save(job, outcome);
  process.stdout.write(
    `${job.name}: ${outcome.problem}\nsaved; try it again with\n  npm run fuzz -- --replay ${path}\n`,
  );
  return false;
};

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string' }, seed: { type: 'string' }, replay: { type: 'string' } },
  });
  const names = positionals.length > 0 ? positionals : Object.keys(TARGETS);
  const runs = Number(values.runs ?? 1_000_000);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const [, name = '', replaySeed, index] = /^(\w+)-(\d+)-(\d+)$/.exec(basename(values.replay ?? '')) ?? [];
  const isKnown = [...names, ...(values.replay ? [name] : [])].every((n) => Object.hasOwn(TARGETS, n));
  if (!isKnown || !(runs > 0) || !Number.isInteger(seed)) {
    process.stderr.write(HELP);
    return 2;
  }
  if (values.replay)
    return (await trial({ name, seed: Number(replaySeed), from: Number(index), runs: 1 })) ? 0 : 1;
  process.stdout.write(`seed ${seed}; the same again: npm run fuzz -- --runs ${runs} --seed ${seed}\n`);
  let failures = 0;
  for (const each of names) if (!(await trial({ name: each, seed, from: 0, runs }))) failures++;
  return failures > 0 ? 1 : 0;
};

if (isMainThread) process.exitCode = await main();
else await work(workerData as Job);
