import { createServer, type ListenOptions, type Socket } from 'node:net';
import { faultOf } from '../../lib/fault.ts';
import { log } from '../../lib/log.ts';
import { MilterProtocolError, type Packet, PacketReader, stringsOf } from './packet.ts';
import { CONTINUE, conclude, negotiate, refuse, TEMPFAIL, type Verdict } from './reply.ts';

type MaybePromise<T> = T | Promise<T>;

/** The filter of one message. What it throws makes the sender try again: a fault never lets mail pass. */
export interface MessageFilter {
  /** MAIL; the null sender is empty. Macros without braces, e.g. `auth_authen`. An SMTP reply refuses it. */
  readonly mail: (sender: string, macros: ReadonlyMap<string, string>) => MaybePromise<string | undefined>;
  /** RCPT, once for each that Postfix would accept. */
  readonly recipient: (address: string) => MaybePromise<string | undefined>;
  /** A header field as it stands, with what follows the colon, in bytes, one per character; folded lines are joined by `\n`. */
  readonly header: (name: string, value: string) => void;
  /** A piece of the body. The buffer is used again afterwards. */
  readonly body: (chunk: Buffer) => void;
  readonly end: () => MaybePromise<Verdict>;
}

/** One connection: an SMTP session with any number of messages. */
class Session {
  #message: MessageFilter | undefined;
  #hasFailed = false;
  #macros: ReadonlyMap<string, string> = new Map();
  readonly #newMessage: () => MessageFilter;

  constructor(newMessage: () => MessageFilter) {
    this.#newMessage = newMessage;
  }

  /** What to answer, `undefined` for nothing; no promise where nothing waits. Throws MilterProtocolError only. */
  handle({ command, data }: Packet): MaybePromise<Buffer | undefined> {
    try {
      const answer = this.#dispatch(command, data);
      return answer instanceof Promise ? answer.catch((error) => this.#fault(command, error)) : answer;
    } catch (error) {
      return this.#fault(command, error);
    }
  }

  #fault(command: string, error: unknown): Buffer | undefined {
    if (error instanceof MilterProtocolError) throw error;
    log('error', `filter ${command}: ${faultOf(error)}`);
    this.#hasFailed = true;
    return 'MRE'.includes(command) ? TEMPFAIL : undefined;
  }

  #dispatch(command: string, data: Buffer): MaybePromise<Buffer | undefined> {
    switch (command) {
      case 'O':
        return negotiate(data);
      case 'D': // SMFIC_MACRO, of which those for MAIL matter
        if (data[0] === 77) this.#macros = macrosOf(stringsOf(data.subarray(1)));
        return;
      case 'M':
        this.#reset();
        this.#message = this.#newMessage();
        return this.#reply(this.#message.mail(pathOf(data), this.#macros));
      case 'R':
        return this.#reply(this.#current().recipient(pathOf(data)));
      case 'L': {
        const [name = '', value = ''] = stringsOf(data);
        if (!this.#hasFailed) this.#current().header(name, value);
        return;
      }
      case 'B':
        if (!this.#hasFailed) this.#current().body(data);
        return;
      case 'E':
        return this.#end(data);
      case 'A': // SMFIC_ABORT
      case 'K': // SMFIC_QUIT_NC
        return this.#reset();
      default:
        throw new MilterProtocolError('unexpected command');
    }
  }

  #current(): MessageFilter {
    if (!this.#message) throw new MilterProtocolError('no message');
    return this.#message;
  }

  #reset(): undefined {
    this.#message = undefined;
    this.#hasFailed = false;
  }

  async #reply(refusal: MaybePromise<string | undefined>): Promise<Buffer> {
    const text = await refusal;
    return text === undefined ? CONTINUE : refuse(text);
  }

  async #end(data: Buffer): Promise<Buffer> {
    const message = this.#current();
    if (data.length > 0 && !this.#hasFailed) message.body(data); // Sendmail's last piece of body comes along
    const answer = this.#hasFailed ? TEMPFAIL : conclude(await message.end());
    this.#reset();
    return answer;
  }
}

const pathOf = (data: Buffer): string => (stringsOf(data)[0] ?? '').replace(/^<(.*)>$/s, '$1');

const macrosOf = (fields: readonly string[]): ReadonlyMap<string, string> => {
  const macros = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2)
    macros.set((fields[i] ?? '').replace(/^\{(.*)\}$/, '$1'), fields[i + 1] ?? '');
  return macros;
};

/** A client may upload for long between RCPT and the first header; libmilter, too, waits 7210 seconds. */
const IDLE_MS = 7_210_000;

/**
 * Answers a peer until it quits or breaks the protocol. Pieces are dealt with as they come, because those that wait in
 * a queue outlive Node's cheap collections of garbage, and eight large messages at once cost 75 MB more.
 */
const converse = (socket: Socket, session: Session): void => {
  const reader = new PacketReader();
  const fail = (error: unknown): void => {
    log('warning', `milter: ${(error as Error).message}`);
    socket.destroy();
  };
  /** Waits for a peer that does not read, lest answers pile up. */
  const send = (bytes: Buffer | undefined): Promise<void> | undefined =>
    bytes && !socket.write(bytes) ? new Promise((resolve) => socket.once('drain', resolve)) : undefined;
  const answerAll = (packets: Iterator<Packet>): void => {
    for (let next = packets.next(); !next.done; next = packets.next()) {
      if (next.value.command === 'Q') return void socket.destroySoon();
      const answer = session.handle(next.value);
      if (answer) {
        socket.pause();
        Promise.resolve(answer)
          .then(send)
          .then(() => answerAll(packets))
          .catch(fail);
        return;
      }
    }
    socket.resume();
  };
  socket.on('data', (chunk) => {
    try {
      answerAll(reader.read(chunk));
    } catch (error) {
      fail(error);
    }
  });
};

/** Serves a filter, a new one for each message, on listening sockets. Connections do not affect one another. */
export const serveMilter = (
  newMessage: () => MessageFilter,
  sockets: readonly ListenOptions[],
  { idleMs = IDLE_MS } = {},
): { readonly close: () => Promise<void> } => {
  const open = new Set<Socket>();
  const servers = sockets.map((listen) =>
    createServer((socket) => {
      open.add(socket);
      socket
        .setTimeout(idleMs, () => socket.destroy())
        .on('error', () => {}) // 'close' follows
        .on('close', () => open.delete(socket));
      converse(socket, new Session(newMessage));
    }).listen(listen),
  );
  return {
    close: async () => {
      for (const socket of open) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    },
  };
};
