import { readFileSync } from 'node:fs';

/** Begins every name the lab gives to something outside its own process. */
const PREFIX = 'chatmail-lab';

/** When a process began, in ticks since the computer's start: with the pid it names a process for good. */
const startOf = (pid: number): string | undefined => {
  try {
    // proc(5): the 22nd field; the second, in parentheses, may hold anything.
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')[19];
  } catch {
    return undefined;
  }
};

let count = 0;

/** A new name that says which process owns what bears it. A host name, file name and cgroup name alike. */
export const ownedName = (): string => `${PREFIX}-${process.pid}-${startOf(process.pid) ?? 0}-${count++}`;

/** True if the name is the lab's and the process that owned it is gone. */
export const isOrphan = (name: string, start: (pid: number) => string | undefined = startOf): boolean => {
  const [, pid, began] = new RegExp(`^${PREFIX}-(\\d+)-(\\d+)-\\d+$`).exec(name) ?? [];
  return pid !== undefined && start(Number(pid)) !== began;
};
