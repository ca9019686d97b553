import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';

/** One app to wake: a token, and whose it is. The content of a file in the push queue. */
interface PushJob {
  readonly address: string;
  readonly token: string;
}

/** What a file's name says of its job. Times are Unix times in seconds. */
export interface Attempt {
  /** When to try next. */
  readonly due: number;
  /** How often it was tried. */
  readonly tries: number;
  /** When the message came. */
  readonly since: number;
  readonly id: string;
}

/** Below the queue: what was told to a token that is no more, for doveauth to forget it. */
export const DEAD = 'dead';

/** A token has at most 4096 bytes, an address 320. */
const MAX_JOB = 8192;

export const attemptName = ({ due, tries, since, id }: Attempt): string => `${due}-${tries}-${since}-${id}`;

/** `undefined` for a name that is not of a job, or of one that is not written yet. */
export const parseAttempt = (name: string): Attempt | undefined => {
  const [, due, tries, since, id] = /^(\d{1,12})-(\d)-(\d{1,12})-(\w+)$/.exec(name) ?? [];
  return id === undefined ? undefined : { due: Number(due), tries: Number(tries), since: Number(since), id };
};

/** The job in a file; `undefined` when it is gone or not a job. The folder is shared: nothing else is waited for. */
export const readJob = async (path: string): Promise<PushJob | undefined> => {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_JOB), 0, MAX_JOB);
      const { address, token } = JSON.parse(buffer.toString('latin1', 0, bytesRead)) ?? {};
      return typeof address === 'string' && typeof token === 'string' ? { address, token } : undefined;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Puts a job into the queue; once this is done it survives a power failure. Readable for the folder's group. */
export const addJob = async (folder: string, job: PushJob, now: number): Promise<void> => {
  const name = attemptName({ due: now, tries: 0, since: now, id: randomBytes(8).toString('hex') });
  // A process that watches the folder sees it only when it is complete.
  const hidden = `${folder}/.${name}`;
  const file = await open(hidden, 'wx', 0o640);
  try {
    await file.chmod(0o640);
    await file.writeFile(JSON.stringify(job), 'latin1');
    await rename(hidden, `${folder}/${name}`);
    await file.sync();
  } catch (error) {
    await rm(hidden, { force: true });
    throw error;
  } finally {
    await file.close();
  }
};
