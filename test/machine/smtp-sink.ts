import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { makeCertificate } from './certificate.ts';
import { lineConnection } from './line-connection.ts';

/** A message as it arrived, with CRLF line ends and without the dots of RFC 5321 §4.5.2. */
export interface Arrival {
  readonly from: string;
  readonly to: readonly string[];
  readonly mail: string;
  /** The TLS version, or `undefined` for a message that came in the clear. */
  readonly tls: string | undefined;
  /** The name that the client wanted to speak to (SNI, RFC 6066 §3). */
  readonly servername: string | undefined;
}

/** Certificates for names that a client asks for. */
type Certificates = ReadonlyMap<string, SecureContext>;

export interface SmtpSink {
  readonly port: number;
  /** The next message. */
  next(): Promise<Arrival>;
  close(): Promise<void>;
}

const pathIn = (line: string): string => /<(.*?)>/.exec(line)?.[1] ?? '';

const secure = async (
  socket: Socket,
  secureContext: SecureContext,
  others: Certificates,
): Promise<TLSSocket> => {
  const tls = new TLSSocket(socket, {
    isServer: true,
    secureContext,
    SNICallback: (name, done) => done(null, others.get(name)),
  });
  await once(tls, 'secure');
  return tls;
};

/** One session: takes everything it is offered (RFC 5321 §3, RFC 3207). */
const serve = async (
  client: Socket,
  context: SecureContext,
  others: Certificates,
  arrived: (mail: Arrival) => void,
) => {
  let connection = lineConnection(client);
  let tls: TLSSocket | undefined;
  let [from, to]: [string, string[]] = ['', []];
  const readData = async (lines: string[] = []): Promise<string> => {
    for (let line = await connection.readLine(); line !== '.'; line = await connection.readLine())
      lines.push(line.replace(/^\./, ''));
    return lines.map((line) => `${line}\r\n`).join('');
  };
  const answers: Readonly<Record<string, (line: string) => string | Promise<string>>> = {
    EHLO: () => (tls ? '250 sink' : '250-sink\r\n250 STARTTLS'),
    MAIL: (line) => {
      [from, to] = [pathIn(line), []];
      return '250 ok';
    },
    RCPT: (line) => {
      to.push(pathIn(line));
      return '250 ok';
    },
    DATA: async () => {
      connection.write('354 go on\r\n');
      const mail = await readData();
      const { servername } = (tls ?? {}) as { servername?: string | false };
      arrived({
        from,
        to,
        mail,
        tls: tls?.getProtocol() ?? undefined,
        servername: servername || undefined,
      });
      return '250 taken';
    },
    RSET: () => '250 ok',
    QUIT: () => '221 bye',
  };
  connection.write('220 sink ESMTP\r\n');
  for (;;) {
    const line = await connection.readLine();
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'STAR') {
      connection.write('220 go on\r\n');
      client.removeAllListeners('data');
      tls = await secure(client, context, others);
      connection = lineConnection(tls);
    } else connection.write(`${(await answers[verb]?.(line)) ?? '502 what?'}\r\n`);
    if (verb === 'QUIT') return connection.close();
  }
};

/** A mail server that keeps all it gets. `port` 0 takes a free one. */
export const startSmtpSink = async (
  address: string,
  port = 25,
  others: Certificates = new Map(),
): Promise<SmtpSink> => {
  const context = createSecureContext(await makeCertificate('sink'));
  const mails: Arrival[] = [];
  const waiters: ((mail: Arrival) => void)[] = [];
  const arrived = (mail: Arrival): void => {
    const waiter = waiters.shift();
    if (waiter) waiter(mail);
    else mails.push(mail);
  };
  const clients = new Set<Socket>();
  const server: Server = createServer((client) => {
    clients.add(client);
    // The end of the connection ends the session.
    serve(client, context, others, arrived).catch(() => client.destroy());
  });
  await once(server.listen(port, address), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    next: () => {
      const mail = mails.shift();
      return mail ? Promise.resolve(mail) : new Promise((resolve) => waiters.push(resolve));
    },
    close: async () => {
      for (const client of clients) client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
