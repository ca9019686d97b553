import { escapeField, unescapeField } from './dict-escape.ts';
import { linesOf } from './lines-of.ts';
import { log } from './log.ts';
import { type ListenOn, ProtocolError, serve } from './serve.ts';
import type { Service } from './service.ts';

type MaybePromise<T> = T | Promise<T>;

/**
 * What a dict service can do; what it leaves out fails. All text is bytes, one per character (latin1), so that
 * a password in any encoding comes through unchanged.
 */
export interface DictHandlers {
  /** The value of `key`; `undefined`: not found. `user` is empty where the client names none. */
  readonly lookup?: (key: string, user: string) => MaybePromise<string | undefined>;
  /** What is below `path`, as pairs of key and value. */
  readonly iterate?: (path: string, user: string) => AsyncIterable<readonly [key: string, value: string]>;
  /**
   * A transaction, all at once; a value of `undefined` removes its key. `dict` is the name that the client calls the
   * service by.
   */
  readonly commit?: (
    values: ReadonlyMap<string, string | undefined>,
    user: string,
    dict?: string,
  ) => MaybePromise<void>;
}

/** Access that a client does not have. It gets an error, and nothing is logged. */
export class DictRefusal extends Error {
  override name = 'DictRefusal';
}

const MAX_TRANSACTIONS = 1000;
/** Characters in the open transactions of a connection. */
const MAX_OPEN = 1 << 20;

interface Transaction {
  readonly user: string;
  readonly values: Map<string, string | undefined>;
  size: number;
  /** It is to count something, which none of these services does. */
  isRefused: boolean;
}

/**
 * One connection: what the client sends becomes what it is answered, in order. All commands of Dovecot 2.3
 * (`dict-client.h`): hello, look-up, iterate, begin, set, unset, increment, timestamp, roll back, commit, and commit
 * without waiting for the answer, which is the same with `A` before it.
 * One command at a time; the handlers of other connections go on meanwhile.
 */
export async function* dictReplies(
  chunks: AsyncIterable<string>,
  handlers: DictHandlers,
): AsyncGenerator<string> {
  const open = new Map<string, Transaction>();
  let dict = '';
  let held = 0;
  /** The transaction, which grows by `size`, or else ends. */
  const transaction = (id: string, size?: number): Transaction => {
    const found = open.get(id);
    if (!found) throw new ProtocolError('no such transaction');
    const growth = size ?? -found.size;
    found.size += growth;
    held += growth;
    if (held > MAX_OPEN) throw new ProtocolError('transactions too large');
    if (size === undefined) open.delete(id);
    return found;
  };
  for await (const line of linesOf(chunks)) {
    const command = line.charAt(0);
    const [first = '', second = '', third = '', fourth = '', fifth = ''] = line
      .slice(1)
      .split('\t')
      .map(unescapeField);
    try {
      if (command === 'L') {
        const value = await handlers.lookup?.(first, second);
        yield value === undefined ? 'N\n' : `O${escapeField(value)}\n`;
      } else if (command === 'I') {
        let rows = Number(second) || Number.POSITIVE_INFINITY;
        for await (const [key, value] of handlers.iterate?.(third, fourth) ?? []) {
          if (rows-- <= 0) break;
          yield `O${escapeField(key)}\t${escapeField(value)}\n`;
        }
        yield '\n';
      } else if (command === 'B') {
        if (open.size >= MAX_TRANSACTIONS) throw new ProtocolError('too many transactions');
        open.set(first, { user: second, values: new Map(), size: 0, isRefused: false });
      } else if (command === 'S') transaction(first, line.length).values.set(second, third);
      else if (command === 'U') transaction(first, line.length).values.set(second, undefined);
      else if (command === 'A') transaction(first, line.length).isRefused = true;
      else if (command === 'R') transaction(first);
      else if (command === 'C' || command === 'D') {
        const { values, user, isRefused } = transaction(first);
        if (isRefused) throw new DictRefusal();
        await handlers.commit?.(values, user, dict);
        yield `${command === 'D' ? 'A' : ''}O${first}\n`;
      } else if (command === 'H') dict = fifth;
      else if (command !== 'T') throw new ProtocolError('unknown command');
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      if (!(error instanceof DictRefusal))
        log('error', `dict ${command}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).name}`);
      yield command === 'D' ? `AF${first}\n` : `F${command === 'C' ? first : ''}\n`;
    }
  }
}

/** Serves `handlers` on these sockets. Every connection goes on alone. */
export const serveDict = (handlers: DictHandlers, sockets: readonly ListenOn[]): Service =>
  serve('dict', (chunks: AsyncIterable<string>) => dictReplies(chunks, handlers), sockets, {
    encoding: 'latin1',
  });
