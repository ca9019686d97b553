import { createConnection, type Socket } from 'node:net';
import { escapeField, unescapeField } from './dict-escape.ts';

export interface DictClient {
  /** The value of `key`, `undefined` where there is none. Rejects when the service fails or is too slow. */
  readonly lookup: (key: string) => Promise<string | undefined>;
  readonly close: () => void;
}

interface Waiting {
  readonly timer: NodeJS.Timeout;
  readonly resolve: (value: string | undefined) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * Looks things up over Dovecot's dict protocol: one connection, made when needed, on which answers come in
 * the order of the questions. When it breaks or stalls all that wait are rejected; the next question connects again.
 */
export const dictClient = (path: string, { timeoutMs = 5000 } = {}): DictClient => {
  let current: { readonly socket: Socket; readonly waiting: Waiting[] } | undefined;

  const connect = () => {
    const socket = createConnection(path);
    const waiting: Waiting[] = [];
    const connection = { socket, waiting };
    let rest = '';
    socket
      .setEncoding('latin1')
      .on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) answer(waiting.shift(), line);
      })
      .on('error', () => {}) // 'close' follows
      .on('close', () => {
        if (current === connection) current = undefined;
        for (const asked of waiting) answer(asked, '');
      });
    socket.write('H2\t2\t0\t\tshared\n');
    return connection;
  };

  return {
    lookup: (key) =>
      new Promise((resolve, reject) => {
        current ??= connect();
        const { socket, waiting } = current;
        waiting.push({ resolve, reject, timer: setTimeout(() => socket.destroy(), timeoutMs) });
        socket.write(`L${escapeField(key)}\n`, 'latin1');
      }),
    close: () => current?.socket.destroy(),
  };
};

const answer = (waiting: Waiting | undefined, line: string): void => {
  clearTimeout(waiting?.timer);
  if (line.startsWith('O')) waiting?.resolve(unescapeField(line.slice(1)));
  else if (line === 'N') waiting?.resolve(undefined);
  else waiting?.reject(new Error('dict fault'));
};
