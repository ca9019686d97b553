import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { encryptedMail } from '../machine/mail.ts';

/** Where to submit, and as whom. */
export interface Submission {
  readonly host: string;
  readonly port: number;
  readonly servername: string;
  readonly user: string;
  readonly password: string;
}

/** Where another server delivers, and from whom. */
export interface Incoming {
  readonly host: string;
  readonly port: number;
  readonly sender: string;
}

/** The codes of replies, one after the other; of a reply with several lines the last counts. */
async function* replies(socket: Socket): AsyncGenerator<number> {
  let rest = '';
  for await (const chunk of socket) {
    const lines = (rest + String(chunk)).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line[3] === ' ') yield Number(line.slice(0, 3));
  }
}

/** One session that sends one message after the other, with as few waits as SMTP allows (RFC 2920). */
export class Session {
  readonly #socket: Socket;
  readonly #replies: AsyncGenerator<number>;
  readonly #user: string;

  private constructor(socket: Socket, user: string) {
    this.#socket = socket;
    this.#replies = replies(socket);
    this.#user = user;
  }

  static async open({ host, port, servername, user, password }: Submission): Promise<Session> {
    const socket = connect({ host, port, servername, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const session = new Session(socket.setNoDelay(), user);
    await session.#greet();
    socket.write(`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}\r\n`);
    await session.#expect(235);
    return session;
  }

  /** As another server, at port 25, without TLS. */
  static async openIncoming({ host, port, sender }: Incoming): Promise<Session> {
    const socket = connectPlain({ host, port });
    await once(socket, 'connect');
    const session = new Session(socket.setNoDelay(), sender);
    await session.#greet();
    return session;
  }

  async #greet(): Promise<void> {
    await this.#expect(220);
    this.#socket.write('EHLO [192.0.2.99]\r\n');
    await this.#expect(250);
  }

  async #expect(...codes: number[]): Promise<void> {
    for (const code of codes) {
      const { value } = await this.#replies.next();
      if (value !== code) throw new Error(`SMTP: ${value} where ${code} was expected`);
    }
  }

  /** `mail` has CRLF and ends with the final dot. */
  async send(to: string, mail: Buffer): Promise<void> {
    this.#socket.write(`MAIL FROM:<${this.#user}>\r\nRCPT TO:<${to}>\r\nDATA\r\n`);
    await this.#expect(250, 250, 354);
    this.#socket.write(mail);
    await this.#expect(250);
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** An encrypted message of about this many bytes, ready to be sent. */
export const loadMail = async (from: string, to: string, bytes: number): Promise<Buffer> => {
  // Armour takes four bytes for three.
  const text = crypto.getRandomValues(Buffer.alloc(Math.min(bytes, 60_000)));
  const content = Buffer.alloc(Math.max(0, Math.floor((bytes - 1000) * 0.73)));
  for (let at = 0; at < content.length; at += text.length) text.copy(content, at);
  return Buffer.from(`${await encryptedMail({ from, to, content })}.\r\n`, 'latin1');
};
