import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';

/** Only a server that hangs takes longer to answer. */
const PATIENCE_MS = 30_000;

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly isTls?: boolean;
  /** For TLS: protocol to ask for, name to ask for, versions. Certificates are not verified. */
  readonly tls?: ConnectionOptions;
}

/** A connection read by lines, for the text protocols. Reading fails when the peer has closed it. */
export interface LineConnection {
  /** The next line without its end. */
  readLine(): Promise<string>;
  /** Exactly so many bytes (IMAP literals). */
  read(bytes: number): Promise<string>;
  write(text: string): void;
  /** Goes on with TLS, after STARTTLS. */
  startTls(options?: ConnectionOptions): Promise<void>;
  /** The TLS connection, or the bare one before TLS. */
  socket(): Socket | TLSSocket;
  close(): void;
}

const TLS: ConnectionOptions = { rejectUnauthorized: false };

const established = <S extends Socket>(socket: S, event: string): Promise<S> =>
  new Promise((resolve, reject) => {
    socket.once(event, () => resolve(socket)).once('error', reject);
  });

const open = ({ host, port, isTls = false, tls = {} }: Endpoint): Promise<Socket> =>
  isTls
    ? established(connectTls({ ...TLS, ...tls, host, port }), 'secureConnect')
    : established(connect(port, host), 'connect');

/** Wraps a socket that is connected already, from either side. */
export const lineConnection = (connected: Socket): LineConnection => {
  let socket = connected;
  let buffer = '';
  let ended: Error | undefined;
  let wake = (): void => {};
  const onData = (data: Buffer): void => {
    buffer += data.toString('latin1');
    wake();
  };
  const end = (error: Error): void => {
    ended ??= error;
    wake();
  };
  const listen = (): void => {
    socket.setTimeout(PATIENCE_MS, () => {
      end(new Error(`silent for ${PATIENCE_MS} ms`));
      socket.destroy();
    });
    socket
      .on('data', onData)
      .on('error', end)
      .on('close', () => end(new Error('closed by the peer')));
  };
  listen();
  const taken = async (length: () => number): Promise<string> => {
    while (length() < 0) {
      if (ended) throw new Error(`${ended.message} after ${JSON.stringify(buffer)}`, { cause: ended });
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const found = buffer.slice(0, length());
    buffer = buffer.slice(found.length);
    return found;
  };
  return {
    readLine: async () => (await taken(() => buffer.indexOf('\n') + 1 || -1)).replace(/\r?\n$/, ''),
    read: (bytes) => taken(() => (buffer.length >= bytes ? bytes : -1)),
    write: (text) => socket.write(Buffer.from(text, 'latin1')),
    startTls: async (options = {}) => {
      const plain = socket.removeAllListeners('data').removeAllListeners('close');
      socket = await established(connectTls({ ...TLS, ...options, socket: plain }), 'secureConnect');
      listen();
    },
    socket: () => socket,
    close: () => socket.destroy(),
  };
};

/** Connects, and makes TLS if asked to; rejects when either does not work. */
export const connectLines = async (endpoint: Endpoint): Promise<LineConnection> =>
  lineConnection(await open(endpoint));
