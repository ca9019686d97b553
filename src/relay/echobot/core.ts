import { spawn } from 'node:child_process';

/** The Delta Chat core, asked by method name. Rejects with what the core says is wrong. */
export interface Core {
  readonly call: <R = unknown>(method: string, ...params: readonly unknown[]) => Promise<R>;
  /** Resolves when the core has ended. */
  readonly ended: Promise<unknown>;
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message?: string };
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (reason: Error) => void;
}

/** Starts `deltachat-rpc-server`: JSON-RPC 2.0 on its standard streams, one object a line. */
export const startCore = (program: string, accounts: string): Core => {
  const child = spawn(program, { env: { DC_ACCOUNTS_PATH: accounts }, stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { id = 0, result, error } = JSON.parse(line) as Answer;
      const asked = waiting.get(id);
      waiting.delete(id);
      if (error) asked?.reject(new Error(error.message));
      else asked?.resolve(result as never);
    }
  });
  child.stdin.on('error', () => {}); // 'close' follows
  const ended = new Promise((resolve) => {
    child.once('error', resolve).once('close', resolve);
  });
  return {
    ended,
    call: (method, ...params) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { resolve, reject });
        child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
      }),
  };
};
