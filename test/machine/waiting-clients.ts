import { once } from 'node:events';
import { connect as connectBare, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { endpoint, newLogin, type Relay, shell } from './relay.ts';
import { connectSmtp } from './smtp-client.ts';

/** Clients of one relay that are logged in and wait: in IDLE (RFC 2177), or for something to send. */
export interface WaitingClients {
  /** How many were cut off. */
  cutOff(): number;
  /** Speaks with all of those that send mail, for which nobody waits for ever. */
  keep(): Promise<void>;
  /** Speaks with all; how many answer as if nothing had been. */
  answer(): Promise<number>;
  close(): void;
}

const SERVICES = ['imaps', 'imap', 'submissions', 'submission'] as const;
type Service = (typeof SERVICES)[number];

/** What a server says until that has come; rejects when the connection ends before. */
const heard = (socket: Socket, what: RegExp): Promise<void> =>
  new Promise((resolve, reject) => {
    let text = '';
    const fail = () => reject(new Error(`cut off: ${text}`));
    if (socket.destroyed) return fail();
    const listen = (piece: Buffer) => {
      text += piece;
      if (!what.test(text)) return;
      socket.off('data', listen).off('close', fail);
      resolve();
    };
    socket.on('data', listen).once('close', fail);
  });

const say = async (socket: Socket, words: string, answer: RegExp): Promise<void> => {
  const answered = heard(socket, answer);
  socket.write(`${words}\r\n`);
  await answered;
};

const secure = async (socket: Socket): Promise<TLSSocket> => {
  const secured = connect({ socket, rejectUnauthorized: false });
  await once(secured, 'secureConnect');
  return secured;
};

const start = async (relay: Relay, service: Service, user: string, password: string): Promise<TLSSocket> => {
  const { host, port, isTls } = endpoint(relay, service);
  const bare = connectBare(port, host).on('error', () => {});
  const isImap = service.startsWith('imap');
  let socket: TLSSocket;
  if (isTls) {
    socket = connect({ socket: bare, rejectUnauthorized: false });
    await heard(socket, isImap ? /OK/ : /^220 /m);
  } else {
    await heard(bare, isImap ? /OK/ : /^220 /m);
    if (!isImap) await say(bare, 'EHLO [192.0.2.99]', /^250 /m);
    await say(bare, isImap ? '0 STARTTLS' : 'STARTTLS', isImap ? /0 OK/ : /^220 /m);
    socket = await secure(bare);
  }
  socket.on('error', () => {});
  if (isImap) await say(socket, `1 LOGIN "${user}" "${password}"\r\n2 SELECT INBOX\r\n3 IDLE`, /\n\+ /);
  else {
    await say(socket, 'EHLO [192.0.2.99]', /^250 /m);
    const plain = Buffer.from(`\0${user}\0${password}`).toString('base64');
    await say(socket, `AUTH PLAIN ${plain}`, /^235 /m);
  }
  return socket;
};

/** A new user: a login makes it. */
const makeUser = async (relay: Relay): Promise<{ user: string; password: string }> => {
  const login = newLogin(relay);
  const smtp = await connectSmtp(endpoint(relay, 'submissions', { rejectUnauthorized: false }));
  await smtp.logIn(login.user, login.password);
  smtp.close();
  return login;
};

/** Dovecot lets an address have 30 connections of a user (`mail_max_userip_connections`). */
const PER_USER = 40;

/** Starts so many, the same number at each service. */
export const connectWaiting = async (relay: Relay, count: number): Promise<WaitingClients> => {
  let login = { user: '', password: '' };
  const clients: { readonly service: Service; readonly socket: TLSSocket }[] = [];
  let lost = 0;
  for (let n = 0; n < count; n++) {
    const service = SERVICES[n % SERVICES.length] ?? 'imaps';
    if (n % PER_USER === 0) login = await makeUser(relay);
    const socket = await start(relay, service, login.user, login.password);
    socket.once('close', () => lost++);
    clients.push({ service, socket });
  }
  const noop = ({ socket }: { socket: TLSSocket }) => say(socket, 'NOOP', /^250 /m);
  const sending = clients.filter(({ service }) => service.startsWith('submission'));
  return {
    cutOff: () => lost,
    keep: async () => {
      await Promise.all(sending.map(noop));
    },
    answer: async () => {
      const done = ({ socket }: { socket: TLSSocket }) => say(socket, 'DONE', /3 OK/);
      const all = clients.map((client) => (sending.includes(client) ? noop(client) : done(client)));
      return (await Promise.allSettled(all)).filter(({ status }) => status === 'fulfilled').length;
    },
    close: () => {
      for (const { socket } of clients) socket.removeAllListeners('close').destroy();
    },
  };
};

/** Has a relay without a domain get its certificate anew, as if the one in use had come to its end, so many times. */
export const renewAgain = (relay: Relay, times: number): Promise<string> =>
  shell(
    relay,
    `for n in $(seq ${times}); do
      : > /var/lib/acme/live/${relay.domain}/fullchain
      chatmail renew
    done`,
  );

/** Memory of the servers and of the relay's own services, in MB: what no other process has (smaps(5)). */
export const serverMemory = async (relay: Relay): Promise<number> =>
  Number(
    await shell(
      relay,
      `for name in nginx dovecot imap imap-login imap-hibernate anvil config auth master smtpd tlsmgr qmgr node; do
        for pid in $(pgrep -x $name); do cat /proc/$pid/smaps_rollup 2> /dev/null; done
      done | awk '/^Pss:/ {sum += $2} END {print sum / 1024}'`,
    ),
  );
