import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { readText } from '../lib/read-text.ts';

interface OutsideOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly seconds?: number;
  readonly folder?: string;
  readonly user?: string;
  /** Ends the waiting, and not what is waited for. */
  readonly signal?: AbortSignal;
}

/** What it printed, and whether it ended well. */
export interface Ended {
  readonly isOk: boolean;
  readonly text: string;
}

let count = 0;

/**
 * Runs a program in a unit of its own: outside of the sandbox of this one, and it is not cut short where this one is. So it
 * writes to a file, and not to a pipe that may close.
 */
export const outside = (
  command: readonly string[],
  { env = {}, seconds = 60, folder = '/', user = 'root', signal }: OutsideOptions = {},
): Promise<Ended> =>
  new Promise((resolve) => {
    const log = `/run/chatmail/outside-${process.pid}-${count++}.log`;
    const properties = [
      `RuntimeMaxSec=${seconds}`,
      `User=${user}`,
      `StandardOutput=truncate:${log}`,
      'StandardError=inherit',
    ];
    const options = [
      // Otherwise the journal has the whole command.
      '--description=chatmail: a step of an update',
      ...properties.map((property) => `--property=${property}`),
      `--working-directory=${folder}`,
      ...Object.entries(env).map(([name, value]) => `--setenv=${name}=${value}`),
    ];
    const child = spawn('systemd-run', ['--quiet', '--wait', '--collect', ...options, '--', ...command], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      signal,
    });
    let errors = '';
    const end = (isOk: boolean): void => {
      resolve({ isOk, text: `${readText(log) ?? ''}${errors}` });
      rmSync(log, { force: true });
    };
    child.stderr.on('data', (piece: Buffer) => {
      errors += piece;
    });
    child.once('error', () => end(false));
    child.once('close', (code) => end(code === 0));
  });
