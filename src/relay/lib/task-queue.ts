/**
 * Runs tasks in the background: those with the same key one after the other, in their order, and at most `max` at once
 * of all, so that threads are left for others. The promise is the task's own.
 */
export const taskQueue = (max: number): (<R>(key: string, task: () => Promise<R>) => Promise<R>) => {
  const last = new Map<string, Promise<unknown>>();
  const waiting: (() => void)[] = [];
  let running = 0;
  const inTurn = async <R>(task: () => Promise<R>): Promise<R> => {
    if (running < max) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      // A waiting task takes over this slot.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
  return (key, task) => {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(() => inTurn(task));
    const settled = mine.then(
      () => {},
      () => {},
    );
    last.set(key, settled);
    settled.then(() => last.get(key) === settled && last.delete(key));
    return mine;
  };
};
