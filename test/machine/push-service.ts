import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** The service that wakes apps, as a relay sees it: notes each push and answers it as it is told. */
export interface PushService {
  readonly url: string;
  /** The statuses to answer the pushes of a token with, in order; 200 for those after. */
  answer(token: string, ...statuses: readonly number[]): void;
  /** How often a token was pushed so far. */
  count(token: string): number;
  /** Waits until a token has been pushed so many times. */
  pushed(token: string, times?: number): Promise<void>;
  close(): Promise<void>;
}

export const startPushService = async (
  address: string,
  certificate: { readonly key: string; readonly cert: string },
): Promise<PushService> => {
  const answers = new Map<string, number[]>();
  const counts = new Map<string, number>();
  const count = (token: string) => counts.get(token) ?? 0;
  let wake = (): void => {};
  const server: Server = createServer(certificate, async (request, response) => {
    const token = await text(request);
    const isPush = request.method === 'POST' && request.url === '/notify';
    response.writeHead(isPush ? (answers.get(token)?.shift() ?? 200) : 404).end();
    counts.set(token, count(token) + 1);
    wake();
  });
  await once(server.listen(0, address), 'listening');
  return {
    url: `https://${address}:${(server.address() as AddressInfo).port}/notify`,
    answer: (token, ...statuses) => answers.set(token, [...statuses]),
    count,
    pushed: async (token, times = 1) => {
      while (count(token) < times) {
        const previous = wake;
        await new Promise<void>((resolve) => {
          wake = () => {
            previous();
            resolve();
          };
        });
      }
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
