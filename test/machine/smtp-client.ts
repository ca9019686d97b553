import { connectLines, type Endpoint, type LineConnection } from './line-connection.ts';

/** One reply with all its lines, e.g. `{ code: 250, text: 'mail\nSIZE 31457280' }` (RFC 5321 §4.2). */
export interface Reply {
  readonly code: number;
  readonly text: string;
}

export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
  /** The message with any line ends. */
  readonly mail: string;
}

export interface SmtpClient {
  readonly greeting: Reply;
  /** This end's address, which the relay must keep to itself. */
  readonly localAddress: string;
  command(line: string): Promise<Reply>;
  ehlo(): Promise<Reply>;
  startTls(): Promise<void>;
  /** AUTH PLAIN (RFC 4616). */
  logIn(user: string, password: string): Promise<Reply>;
  /** Sends one message; the reply is the first refusal, or the one after the data. */
  send(envelope: Envelope): Promise<Reply>;
  close(): void;
}

const readReply = async (connection: LineConnection): Promise<Reply> => {
  const texts: string[] = [];
  for (;;) {
    const line = await connection.readLine();
    const [, code = '', mark, text = ''] = /^(\d{3})([ -]?)(.*)$/.exec(line) ?? [];
    if (!code) throw new Error(`not an SMTP reply: ${line}`);
    texts.push(text);
    if (mark !== '-') return { code: Number(code), text: texts.join('\n') };
  }
};

const isRefused = ({ code }: Reply): boolean => code >= 400;

// RFC 5321 §4.5.2: a dot at the start of a line is doubled.
const dataOf = (mail: string): string =>
  `${mail
    .replace(/\r?\n$/, '')
    .replace(/\r?\n/g, '\r\n')
    .replace(/^\./gm, '..')}\r\n.`;

const clientOf = async (connection: LineConnection): Promise<SmtpClient> => {
  const greeting = await readReply(connection);
  const command = (line: string): Promise<Reply> => {
    connection.write(`${line}\r\n`);
    return readReply(connection);
  };
  const ehlo = () => command('EHLO [192.0.2.99]');
  return {
    greeting,
    localAddress: connection.socket().localAddress ?? '',
    command,
    ehlo,
    startTls: async () => {
      const { code, text } = await command('STARTTLS');
      if (code !== 220) throw new Error(`STARTTLS: ${code} ${text}`);
      await connection.startTls();
      await ehlo();
    },
    logIn: (user, password) =>
      command(`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}`),
    send: async ({ from, to, mail }) => {
      const start = [`MAIL FROM:<${from}>`, ...to.map((address) => `RCPT TO:<${address}>`), 'DATA'];
      for (const line of [...start, dataOf(mail)]) {
        const reply = await command(line);
        if (isRefused(reply) || line === dataOf(mail)) return reply;
      }
      throw new Error('unreachable');
    },
    close: connection.close,
  };
};

/** Connects and says EHLO. */
export const connectSmtp = async (endpoint: Endpoint): Promise<SmtpClient> => {
  const client = await clientOf(await connectLines(endpoint));
  await client.ehlo();
  return client;
};
