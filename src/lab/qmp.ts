import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { failure } from '../terminal/failure.ts';

interface Reply {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
  readonly id?: number;
}

/** QEMU's control connection (QMP, docs/interop/qmp-spec). */
export class Qmp {
  #socket: Socket;
  #count = 0;
  #waiting = new Map<number, (reply: Reply) => void>();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('close', () => this.#settleAll());
    // A QEMU that dies resets the connection; the interface passes on its input's errors as its own.
    const die = () => socket.destroy();
    socket.on('error', die);
    createInterface({ input: socket })
      .on('error', die)
      .on('line', (line) => {
        const reply = JSON.parse(line) as Reply;
        if (reply.id !== undefined) this.#settle(reply.id, reply);
      });
  }

  /** Rejects when QEMU refuses, or is gone. */
  async execute(command: string, args: object = {}): Promise<unknown> {
    const id = this.#count++;
    const reply = await new Promise<Reply>((resolve) => {
      this.#waiting.set(id, resolve);
      if (this.#socket.destroyed) this.#settleAll();
      else this.#socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    });
    if (reply.error) throw failure(`QEMU refused ${command}: ${reply.error.desc}`);
    return reply.return;
  }

  /** A command of the monitor for people, for the few things QMP has no command for. */
  async monitor(line: string): Promise<string> {
    return String(await this.execute('human-monitor-command', { 'command-line': line }));
  }

  #settle(id: number, reply: Reply): void {
    this.#waiting.get(id)?.(reply);
    this.#waiting.delete(id);
  }

  #settleAll(): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id, { error: { desc: 'it has ended' } });
  }
}

/** Listens at `path` for one QEMU to connect. */
export const listenForQmp = async (path: string): Promise<{ connected: Promise<Qmp>; close: () => void }> => {
  const server = createServer();
  server.listen(path);
  await once(server, 'listening');
  const connected = once(server, 'connection').then(async ([socket]) => {
    server.close();
    const qmp = new Qmp(socket as Socket);
    await qmp.execute('qmp_capabilities');
    return qmp;
  });
  connected.catch(() => undefined); // the caller that awaits it gets the error
  return { connected, close: () => server.close() };
};
