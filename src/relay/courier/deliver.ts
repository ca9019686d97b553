import type { OpenTransaction } from './lmtp.ts';
import { openPost, type Post, TOO_LARGE } from './post.ts';
import { domainOf, type OpenRequest } from './remote.ts';
import type { Routes } from './routes.ts';
import { Shares } from './shares.ts';

/** The answer where a destination has its share of the deliveries (RFC 3463 §3.5, X.4.5): Postfix tries again. */
const BUSY = '451 4.4.5 Too many messages on their way to that host';
const NO_POST: Post = { write: () => undefined, end: async () => BUSY, abort: () => {} };

/**
 * Hands on a message of Postfix's to the hosts of its recipients while it comes.
 *
 * Why none is lost, whenever this process dies: the message is in Postfix's queue, the only one, until Postfix has
 * read 250 for a recipient, which is said when the remote relay has said 200, and that is when the message is in its
 * queue. Before that Postfix loses a connection and tries again later; if the remote had taken the message already it
 * comes twice. The remote can tell a message that is cut off by our death from a complete one, because the last
 * chunk of the body is sent after Postfix has ended the message and not otherwise. While the process is away systemd
 * holds its sockets, so that Postfix waits for its greeting; and without an answer about the route Postfix defers.
 */
export const deliverer =
  (
    open: OpenRequest,
    { failed, avoid }: Pick<Routes, 'failed' | 'avoid'>,
    shares = new Shares(),
  ): OpenTransaction =>
  async (sender, recipients) => {
    const domains = [...new Set(recipients.map(domainOf))];
    const places = domains.map((domain) => shares.take(domain));
    if (places.every((place) => place === undefined)) return BUSY;
    const posts = await Promise.all(
      domains.map((domain, i) =>
        places[i]
          ? openPost(
              open,
              domain,
              sender,
              recipients.filter((address) => domainOf(address) === domain),
            )
          : NO_POST,
      ),
    );
    return {
      // As slow as the slowest; one that stands still is given up after a while.
      write: (piece) => {
        const full = posts.map((post) => post.write(piece)).filter((wait) => wait !== undefined);
        return full.length > 0 ? Promise.all(full) : undefined;
      },
      end: async () => {
        const outcomes = await Promise.all(
          posts.map(async (post, i) => {
            const outcome = await post.end();
            places[i]?.(outcome !== undefined);
            return outcome;
          }),
        );
        for (const [i, domain] of domains.entries()) if (outcomes[i] === undefined) failed(domain);
        return recipients.map((address) => {
          const outcome = outcomes[domains.indexOf(domainOf(address))] ?? '451 4.4.1 No answer by HTTPS';
          if (outcome === TOO_LARGE) avoid(address);
          return outcome;
        });
      },
      abort: () => {
        for (const post of posts) post.abort();
        for (const place of places) place?.();
      },
    };
  };
