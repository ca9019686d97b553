import { connect, type TLSSocket } from 'node:tls';
import { encryptedMail } from './mail.ts';
import { endpoint, newLogin, type Relay, shell } from './relay.ts';
import { connectSmtp } from './smtp-client.ts';

/** Many clients of one relay, of which each waits in IDLE (RFC 2177). */
export interface IdleClients {
  /** Resolves when Dovecot has put all of them into hibernation. */
  hibernated(): Promise<void>;
  /** Sends a message to the users of every tenth client; milliseconds from its acceptance until each has heard of it. */
  notify(): Promise<number[]>;
  close(): void;
}

/** Dovecot would let an address have 30 (`mail_max_userip_connections`). */
const PER_USER = 10;
/** Handshakes at once: an emulated machine has hardly more than a core. */
const AT_ONCE = 16;
const PASSWORD = 'password';

/** Addresses as an older relay left them: made by login each would cost a hash, which is slow in emulation. */
const makeUsers = async (relay: Relay, count: number): Promise<string[]> => {
  const users = Array.from({ length: count }, () => newLogin(relay).user);
  const script = `cd /home/vmail/mail/'${relay.domain}'
    for u in ${users.map((user) => `'${user}'`).join(' ')}; do
      install -d -o vmail -g vmail -m 700 "$u"; printf '{PLAIN}${PASSWORD}' > "$u/password"; chown vmail:vmail "$u/password"
    done`;
  await shell(relay, script);
  return users;
};

const openIdle = (relay: Relay, user: string): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const { host, port, tls } = endpoint(relay, 'imaps', { rejectUnauthorized: false });
    const socket = connect({ ...tls, host, port }).setEncoding('latin1');
    let heard = '';
    const fail = () => reject(new Error(`not idle: ${heard}`));
    socket.once('error', fail).once('close', fail);
    socket.on('data', function listen(text: string) {
      heard += text;
      if (!heard.includes('\n+ ')) return;
      // What ends it later is told by its close.
      socket
        .off('data', listen)
        .off('close', fail)
        .on('error', () => {});
      resolve(socket);
    });
    socket.write(`1 LOGIN "${user}" ${PASSWORD}\r\n2 SELECT INBOX\r\n3 IDLE\r\n`);
  });

/** When a client hears of mail. Rejects when it is cut off instead. */
const arrival = (socket: TLSSocket): Promise<number> =>
  new Promise((resolve, reject) => {
    socket.on('data', (text: string) => /EXISTS/.test(text) && resolve(performance.now()));
    socket.once('close', () => reject(new Error('an idle client was cut off')));
  });

/** Each hibernated client has an inotify instance, which is handed on with it. */
const HIBERNATED = 'ls -l /proc/$(pgrep -x imap-hibernate)/fd | grep -c anon_inode:inotify';

export const connectIdle = async (relay: Relay, count: number): Promise<IdleClients> => {
  const users = await makeUsers(relay, Math.ceil(count / PER_USER));
  const wanted = Array.from({ length: count }, (_, i) => users[Math.floor(i / PER_USER)] ?? '');
  const clients: { user: string; socket: TLSSocket }[] = [];
  const open = async (): Promise<void> => {
    for (let user = wanted.pop(); user !== undefined; user = wanted.pop())
      clients.push({ user, socket: await openIdle(relay, user) });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, open));
  return {
    hibernated: async () => {
      await shell(relay, `until [ "$(${HIBERNATED})" -ge ${count} ]; do sleep 1; done`);
    },
    notify: async () => {
      const to = users.filter((_, i) => i % 10 === 0);
      const [from = ''] = users;
      const mail = await encryptedMail({ from, to: from });
      const smtp = await connectSmtp(endpoint(relay, 'submissions', { rejectUnauthorized: false }));
      await smtp.logIn(from, PASSWORD);
      const arrivals = clients.filter(({ user }) => to.includes(user)).map(({ socket }) => arrival(socket));
      const { code, text } = await smtp.send({ from, to, mail });
      if (code !== 250) throw new Error(`${code} ${text}`);
      const accepted = performance.now();
      smtp.close();
      return (await Promise.all(arrivals)).map((time) => time - accepted);
    },
    close: () => {
      for (const { socket } of clients) socket.removeAllListeners('close').destroy();
    },
  };
};
