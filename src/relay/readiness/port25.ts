import { connect } from 'node:net';

/** Mail exchangers of large providers. One connection to each, once a boot: if any greets, the port is open. */
const EXCHANGERS = ['gmail-smtp-in.l.google.com', 'mx00.gmx.net', 'mx01.mail.icloud.com'];
const PATIENCE_MS = 10_000;

type Verdict = 'open' | 'blocked' | 'unknown';

/** A name that cannot be resolved says nothing of the port; everything else between here and a greeting does. */
const verdictOn = (host: string, port: number, patience: number): Promise<Verdict> =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (verdict: Verdict) => {
      socket.destroy();
      resolve(verdict);
    };
    socket
      .setTimeout(patience, () => end('blocked'))
      .once('error', ({ syscall }: NodeJS.ErrnoException) =>
        end(syscall === 'getaddrinfo' ? 'unknown' : 'blocked'),
      )
      .once('close', () => end('blocked'))
      .once('data', (greeting: Buffer) => {
        socket.end('QUIT\r\n');
        end(greeting.toString('latin1').startsWith('2') ? 'open' : 'blocked');
      });
  });

/** Whether mail servers elsewhere can be reached. */
export const checkPort25 = async (
  hosts: readonly string[] = EXCHANGERS,
  port = 25,
  patience = PATIENCE_MS,
): Promise<Verdict> => {
  const verdicts = await Promise.all(hosts.map((host) => verdictOn(host, port, patience)));
  return (
    verdicts.find((verdict) => verdict === 'open') ??
    verdicts.find((verdict) => verdict === 'blocked') ??
    'unknown'
  );
};
