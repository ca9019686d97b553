import { readdirSync, readFileSync } from 'node:fs';

/** A process, by what no other one has: ids are used again. */
export interface RunningProcess {
  readonly pid: number;
  /** In ticks since the kernel started (proc(5)). */
  readonly started: string;
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** Fields 3 and on of `/proc/PID/stat`; a name before them may hold anything. */
const statOf = (pid: number): string[] =>
  read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');

export const processOf = (pid: number): RunningProcess => ({ pid, started: statOf(pid)[19] ?? '' });

export const isRunning = ({ pid, started }: RunningProcess): boolean => {
  const stat = statOf(pid);
  return stat[19] === started && stat[0] !== 'Z';
};

export const parentOf = (pid: number): number => Number(statOf(pid)[1]) || 0;

/** The program and its arguments. */
export const argumentsOf = (pid: number): string[] => read(`/proc/${pid}/cmdline`).split('\0').slice(0, -1);

/** All processes there are. */
export const processes = (): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0);

/** A process and all that it started, that one first. */
export const familyOf = (pid: number, all = processes()): number[] => [
  pid,
  ...all.filter((child) => parentOf(child) === pid).flatMap((child) => familyOf(child, all)),
];
