import { connect } from 'node:net';

/** Waits until all that is due was done: what was written was read, where the other side wants to. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/**
 * Sends pieces over a Unix socket, one by one, then ends. Returns what comes back until the other side closes; that it
 * goes away early is its right.
 */
export const exchange = async (path: string, pieces: readonly Buffer[], isSlow = false): Promise<Buffer> => {
  const socket = connect(path);
  const received: Buffer[] = [];
  const closed = new Promise<void>((resolve) => {
    socket
      .on('data', (chunk) => received.push(chunk))
      .on('error', () => {}) // 'close' follows
      .on('close', () => resolve());
  });
  for (const piece of pieces) {
    socket.write(piece);
    if (isSlow) await turn();
  }
  socket.end();
  await closed;
  return Buffer.concat(received);
};

/** Whether one answer is the beginning of the other: a connection that is ended for a fault may lose its last words. */
export const agree = (one: Buffer, other: Buffer): boolean => {
  const length = Math.min(one.length, other.length);
  return one.subarray(0, length).equals(other.subarray(0, length));
};
