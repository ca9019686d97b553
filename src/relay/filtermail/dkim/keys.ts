import { Resolver } from 'node:dns/promises';
import { createConnection } from 'node:net';
import { log } from '../../lib/log.ts';
import { rateLimiter } from '../../lib/rate-limiter.ts';
import type { Keys, Records } from './verification.ts';

/**
 * The second time it waits twice as long: 12 seconds in all. Postfix waits five minutes for a filter, and a sender ten
 * for the reply to a message (RFC 5321 §4.5.3.2.6).
 */
const TIMEOUT_MS = 4000;
const TRIES = 2;
/** Aliases (CNAME) that are followed; keys are published only at names of hosts. */
const MAX_ALIASES = 4;
const HOST_NAME = /^\w[\w.-]{0,252}$/;
/** For how long a name is not looked up again, and how many names are remembered. */
const [FRESH_MS, MAX_FRESH] = [10_000, 1000];
const FORGET_MS = 5000;

const NONE = ['ENOTFOUND', 'ENODATA'];

/** An answer that says there is nothing is one; everything else is none. */
const answerOf = <T>(question: Promise<T[]>): Promise<T[] | undefined> =>
  question.catch(({ code }: NodeJS.ErrnoException) => (NONE.includes(code ?? '') ? [] : undefined));

/** Hands names to `chatmail-forget`, which has unbound drop what it keeps of them. Whether that was done. */
const forget = (path: string, names: readonly string[]): Promise<boolean> =>
  new Promise((resolve) => {
    let reply = '';
    const socket = createConnection(path);
    socket
      .setEncoding('latin1')
      .setTimeout(FORGET_MS, () => socket.destroy())
      .on('data', (text) => {
        reply = `${reply}${text}`.slice(0, 10);
      })
      .on('error', () => {}) // 'close' follows
      .on('close', () => resolve(reply === 'done\n'));
    socket.end(names.map((name) => `${name}\n`).join(''));
  });

/**
 * Looks keys up in DNS, by the resolver of this machine, which validates (RFC 4035) and keeps answers for their TTL, so
 * that nothing else needs to. `forgetting` is the socket of `chatmail-forget`.
 */
export const keysInDns = (
  forgetting: string,
  { server = '127.0.0.1', timeoutMs = TIMEOUT_MS, now = () => performance.now() } = {},
): Keys => {
  const resolver = new Resolver({ timeout: timeoutMs, tries: TRIES });
  resolver.setServers([server]);
  /** Each repeated look-up costs a process, and a query to the name's own servers. */
  const mayAskAnew = rateLimiter(60, 30);
  const fresh = new Map<string, { readonly at: number; readonly answer: Promise<Records> }>();

  const ask = async (name: string): Promise<Records> =>
    (await answerOf(resolver.resolveTxt(name)))?.map((strings) => strings.join(''));

  /** A name, and what it is an alias of. */
  const aliases = async (name: string): Promise<readonly string[]> => {
    const names = [name];
    for (let last = name; names.length < MAX_ALIASES; names.push(last)) {
      [last = ''] = (await answerOf(resolver.resolveCname(last))) ?? [];
      if (!HOST_NAME.test(last)) break;
    }
    return names;
  };

  const askAnew = async (name: string): Promise<Records> => {
    if (!mayAskAnew('')) return undefined;
    // Without it what is known has to do, for as long as its TTL says.
    if (!(await forget(forgetting, await aliases(name)))) log('warning', 'unbound does not forget');
    return ask(name);
  };

  return {
    ask,
    askAnew: (name) => {
      const known = fresh.get(name);
      if (known && now() - known.at < FRESH_MS) return known.answer;
      const answer = askAnew(name);
      fresh.delete(name);
      fresh.set(name, { at: now(), answer });
      const [oldest = name] = fresh.keys();
      if (fresh.size > MAX_FRESH) fresh.delete(oldest);
      void answer.then((records) => records ?? fresh.delete(name));
      return answer;
    },
  };
};
