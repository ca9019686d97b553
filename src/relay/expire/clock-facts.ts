import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Model } from '../../model/model.ts';
import { lastLogin } from '../lib/mailbox.ts';
import { mailboxesOf } from '../lib/maildir.ts';
import { readRegular } from '../lib/read-regular.ts';
import { replaceFile } from '../lib/replace-file.ts';
import type { ClockFacts, ClockRecord } from './clock.ts';

/** The number of adjtimex(2) (asm/unistd.h); Node has no call for it, and Perl is a part of every Debian. */
const ADJTIMEX: Readonly<Partial<Record<NodeJS.Architecture, number>>> = { x64: 159, arm64: 171 };
/** Its answer while the clock is not synchronised. */
const TIME_ERROR = 5;

/** Whether NTP keeps the kernel's clock, whichever program does it; `undefined` where the kernel does not say. */
const isSynchronised = (): boolean | undefined => {
  const call = ADJTIMEX[process.arch];
  // No modes: it only looks. A struct timex has 208 bytes.
  const { stdout } = spawnSync('perl', ['-e', `print syscall ${call}, $t = "\\0" x 208`], {
    encoding: 'utf8',
  });
  return /^\d+$/.test(stdout ?? '') ? Number(stdout) !== TIME_ERROR : undefined;
};

/** systemd writes this file in any container (systemd-detect-virt(1)). */
const CONTAINER = '/run/systemd/container';

export const clockFacts = (): ClockFacts => ({
  now: Date.now() / 1000,
  isSynchronised: isSynchronised(),
  isHosts: existsSync(CONTAINER),
});

/** What the last run left; before the first one, the newest login stands for it, if there is one. */
export const readClock = (path: string, model: Model, mailRoot: string): ClockRecord => {
  try {
    const { lastRun, doubted } = JSON.parse(readRegular(path)?.toString() ?? '');
    if (typeof lastRun === 'number') return { lastRun, doubted };
  } catch {
    // none yet, or damaged
  }
  let newest: number | undefined;
  for (const mailbox of mailboxesOf(model, mailRoot)) {
    const login = lastLogin(mailbox);
    if (login !== undefined && !(newest !== undefined && newest >= login)) newest = login;
  }
  return { lastRun: newest };
};

export const writeClock = (path: string, clock: ClockRecord): void =>
  replaceFile(path, `${JSON.stringify(clock)}\n`);
