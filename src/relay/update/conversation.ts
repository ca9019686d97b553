import { connect } from 'node:tls';

/** What only a server that hangs takes longer for. */
const PATIENCE_MS = 30_000;
/** More than any answer to a trial has. */
const MAX_BYTES = 100_000;

/** A connection to one of this machine's own servers, over TLS. */
interface Conversation {
  /** Sends text, if there is any, and resolves to all that comes until it ends in what is wanted. */
  readonly ask: (text: string, until: RegExp) => Promise<string>;
  readonly close: () => void;
}

/** Connects. The certificate may be a placeholder. Rejects when the server does not answer. */
export const converse = (port: number): Promise<Conversation> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    let said = '';
    let check = (): void => {};
    let fail = reject;
    const end = (): void => fail(new Error(`port ${port} closes the connection`));
    socket
      .setEncoding('latin1')
      .setTimeout(PATIENCE_MS, () => socket.destroy())
      .on('error', () => {}) // 'close' follows
      .on('close', end)
      .on('data', (text: string) => {
        said += text;
        if (said.length > MAX_BYTES) socket.destroy();
        check();
      })
      .once('secureConnect', () =>
        resolve({
          close: () => socket.destroy(),
          ask: (text, until) =>
            new Promise((answer, refuse) => {
              fail = refuse;
              check = () => {
                if (!until.test(said)) return;
                check = () => {};
                answer(said);
                said = '';
              };
              if (socket.destroyed) return end();
              if (text) socket.write(text, 'latin1');
              check();
            }),
        }),
      );
  });

/** One SMTP command; rejects unless the reply has this code (RFC 5321 §4.2). */
export const smtp = async ({ ask }: Conversation, line: string, code: number): Promise<void> => {
  const reply = await ask(line && `${line}\r\n`, /^\d{3}( .*)?\r\n$/m);
  // What follows the code may quote an address.
  if (!reply.startsWith(String(code))) throw new Error(`${reply.slice(0, 3)} in place of ${code}`);
};

/** One IMAP command; its untagged lines. Rejects unless it ends in OK (RFC 9051 §7.1). */
export const imap = async ({ ask }: Conversation, command: string): Promise<string> => {
  const answer = await ask(`a ${command}\r\n`, /^a .*\r\n$/m);
  if (!/^a OK/m.test(answer)) throw new Error('refused');
  return answer;
};
