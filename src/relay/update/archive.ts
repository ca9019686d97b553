import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { ARCHIVE_SOURCES, PACKAGES } from '../../model/packages.ts';
import { PublicError } from '../lib/public-error.ts';
import { DOWNLOAD } from './paths.ts';
import { packagesIn } from './store.ts';

/** Of this archive only, and without forgetting the lists of others. */
const OURS = [
  ...['-o', `Dir::Etc::SourceList=${ARCHIVE_SOURCES}`, '-o', 'Dir::Etc::SourceParts=/dev/null'],
  ...['-o', 'APT::Get::List-Cleanup=0', '-o', 'Acquire::Languages=none'],
];

const last = (text: string): string => text.trim().split('\n').at(-1) ?? '';

/** Runs a program of apt's, which ends with `signal`. Rejects with its last line where it fails. */
const run = (command: readonly string[], signal: AbortSignal, folder = '/'): Promise<string> =>
  new Promise((resolve, reject) => {
    const [program = '', ...args] = command;
    // A group of its own: it is ended by us, and not by the terminal in addition.
    const child = spawn(program, args, {
      cwd: folder,
      detached: true,
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const abort = () => child.pid !== undefined && process.kill(-child.pid, 'SIGTERM');
    signal.addEventListener('abort', abort);
    let text = '';
    let errors = '';
    child.stdout.on('data', (piece: Buffer) => (text += piece));
    child.stderr.on('data', (piece: Buffer) => (errors += piece));
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', abort);
      if (signal.aborted) reject(new PublicError('interrupted'));
      else if (code === 0) resolve(text);
      else reject(new PublicError(last(errors.replace(/^W: .*\n/gm, '')) || `${program} failed`));
    });
  });

/** Throws where there is no archive, or apt has anything against it. */
const askArchive = async (signal: AbortSignal): Promise<void> => {
  if (!existsSync(ARCHIVE_SOURCES))
    throw new PublicError(
      'this relay knows no archive, as its packages are of no release: download newer ones and run `apt install ./FILE ./FILE`',
    );
  await run(['apt-get', 'update', '--error-on=any', ...OURS], signal);
};

/** The newest version that may be installed; what was undone is passed over. */
export const newestVersion = async (signal: AbortSignal): Promise<string | undefined> => {
  await askArchive(signal);
  const text = await run(['apt-cache', 'policy', ...OURS, PACKAGES[1]], signal);
  const found = /^ *Candidate: (\S+)$/m.exec(text)?.[1];
  return found === '(none)' ? undefined : found;
};

/** Downloads the packages of a version into the folder that it runs in. apt verifies them. */
export const downloadCommand = (version: string): readonly string[] => [
  ...['apt-get', 'download', ...OURS],
  ...PACKAGES.map((name) => `${name}=${version}`),
];

/** Removes what was downloaded. */
export const forgetDownload = (): void => rmSync(DOWNLOAD, { recursive: true, force: true });

/** Downloads the packages of a version; their paths. All of them or none are there afterwards. */
export const download = async (version: string, signal: AbortSignal): Promise<readonly string[]> => {
  forgetDownload();
  mkdirSync(DOWNLOAD, { recursive: true });
  try {
    await run(downloadCommand(version), signal, DOWNLOAD);
  } catch (error) {
    forgetDownload();
    throw error;
  }
  return packagesIn(DOWNLOAD, version) ?? [];
};
