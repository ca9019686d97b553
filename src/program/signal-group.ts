/**
 * Sends a signal to a program and everything it started that stayed in its process group. It must lead that group
 * (`detached`); one that has ended by itself is left alone.
 */
export const signalGroup = (pid: number | undefined, signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void => {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
};
