import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DcEvent, type DcEventType, StdioDeltaChat, type T } from '@deltachat/jsonrpc-client';
import { getRPCServerPath } from '@deltachat/stdio-rpc-server';

/** How long anything may take that an event ends; only a relay that does not work takes longer. */
const PATIENCE_MS = 60_000;
const REMEMBERED_EVENTS = 40;

type Kind = DcEvent['kind'];
type Is<K extends Kind> = (event: DcEventType<K>) => boolean;

export interface DeltaChat {
  /** A new account, not configured yet. */
  addAccount(): Promise<Account>;
  /** Ends the core and removes its accounts. */
  stop(): Promise<void>;
}

/** One account of the core, driven as an app would. Waiting is for events; each event is taken once. */
export interface Account {
  readonly id: number;
  /** Configures the account from a code as people scan it (`DCACCOUNT:`, `dclogin:`) and goes online. */
  scan(code: string): Promise<string>;
  /** The same from what one types into the form: at least an address and a password. */
  logIn(parameters: Partial<T.EnteredLoginParam>): Promise<string>;
  /** The code others scan to get in contact. */
  invite(): Promise<string>;
  /** Sets up contact with who made the code (securejoin); returns the chat when both sides agree, as far as they are here. */
  join(code: string, inviter?: Account): Promise<number>;
  /** Sends a text, with a file of this path, and waits until the relay took it; returns the message's id. */
  send(chat: number, text: string, file?: string): Promise<number>;
  /** The next message that comes in. */
  receive(): Promise<T.Message>;
  /** Goes offline: what comes in stays at the relay. */
  leave(): Promise<void>;
  /** Marks a message as read, which tells its sender. */
  read(message: T.Message): Promise<void>;
  /** The first event of this kind that was not taken before and that `is` accepts. */
  event<K extends Kind>(kind: K, is?: Is<K>): Promise<DcEventType<K>>;
}

/** Forgets `work` after {@link PATIENCE_MS} and fails with what is known about the silence. */
const withPatience = <R>(work: Promise<R>, silence: () => string): Promise<R> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(silence())), PATIENCE_MS);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
};

interface Waiter {
  readonly is: (event: DcEvent) => boolean;
  readonly resolve: (event: DcEvent) => void;
}

/** Keeps events until somebody takes them, so that none is missed between an action and the wait for it. */
const eventQueue = () => {
  const events: DcEvent[] = [];
  const log: string[] = [];
  const waiters = new Set<Waiter>();
  const add = (event: DcEvent): void => {
    log.push(JSON.stringify(event));
    if (log.length > REMEMBERED_EVENTS) log.shift();
    for (const waiter of waiters)
      if (waiter.is(event)) {
        waiters.delete(waiter);
        waiter.resolve(event);
        return;
      }
    events.push(event);
  };
  const take = (is: Waiter['is'], what: string): Promise<DcEvent> => {
    const index = events.findIndex(is);
    const [found] = index < 0 ? [] : events.splice(index, 1);
    if (found) return Promise.resolve(found);
    const waiting = new Promise<DcEvent>((resolve) => waiters.add({ is, resolve }));
    return withPatience(waiting, () => `no event ${what}; the last ones were\n${log.join('\n')}`);
  };
  return { add, take, tail: () => log.join('\n') };
};

const accountOf = (core: StdioDeltaChat, id: number): Account => {
  const { rpc } = core;
  const queue = eventQueue();
  core.getContextEvents(id).on('ALL', queue.add);
  const event: Account['event'] = async (kind, is = () => true) =>
    (await queue.take((e) => e.kind === kind && is(e as never), kind)) as never;
  const goOnline = async (configured: Promise<unknown>): Promise<string> => {
    await configured.catch((error: Error) => {
      throw new Error(`${error.message}\n${queue.tail()}`, { cause: error });
    });
    await rpc.startIo(id);
    await event('ImapInboxIdle');
    return (await rpc.getConfig(id, 'configured_addr')) ?? '';
  };
  return {
    id,
    event,
    scan: (code) => goOnline(rpc.addTransportFromQr(id, code)),
    logIn: (parameters) => goOnline(rpc.addOrUpdateTransport(id, parameters as T.EnteredLoginParam)),
    invite: () => rpc.getChatSecurejoinQrCode(id, null),
    join: async (code, inviter) => {
      const chat = await rpc.secureJoin(id, code);
      const isDone = ({ progress }: { progress: number }) => progress === 1000;
      await Promise.all([
        event('SecurejoinJoinerProgress', isDone),
        inviter?.event('SecurejoinInviterProgress', isDone),
      ]);
      return chat;
    },
    send: async (chat, text, file) => {
      const message = await rpc.sendMsg(id, chat, { text, file: file ?? null } as T.MessageData);
      await event('MsgDelivered', ({ msgId }) => msgId === message);
      return message;
    },
    receive: async () => rpc.getMessage(id, (await event('IncomingMsg')).msgId),
    leave: async () => {
      await rpc.stopIo(id);
    },
    read: async ({ id: message }) => {
      await rpc.markseenMsgs(id, [message]);
    },
  };
};

/** Where nothing answers; for each name it does not know the core waits this long. */
const NO_DNS = 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n';

/** Files that stand in for /etc/hosts and /etc/resolv.conf: these names, and no DNS at all. */
const writeResolver = async (folder: string, hosts: Readonly<Record<string, string>>): Promise<string[]> => {
  const lines = Object.entries({ localhost: '127.0.0.1', ...hosts }).map(([name, ip]) => `${ip} ${name}\n`);
  const files = { hosts: lines.join(''), 'resolv.conf': NO_DNS };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return Object.keys(files).map((name) => join(folder, name));
};

// The core asks the system's resolver; in a mount namespace of its own that knows what we tell it.
const IN_NAMESPACE = 'mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/resolv.conf && exec "$3"';

/**
 * Starts the real Delta Chat core, with no accounts. It resolves the names in `hosts` and no others.
 * Needs root, for the mount namespace.
 */
export const startDeltaChat = async (hosts: Readonly<Record<string, string>> = {}): Promise<DeltaChat> => {
  const folder = await mkdtemp(join(tmpdir(), 'delta-chat-'));
  const resolver = await writeResolver(folder, hosts);
  const server: ChildProcess = spawn(
    'unshare',
    ['--mount', 'sh', '-c', IN_NAMESPACE, 'sh', ...resolver, getRPCServerPath()],
    {
      env: { PATH: process.env.PATH, DC_ACCOUNTS_PATH: join(folder, 'accounts') },
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  const core = new StdioDeltaChat(server.stdin, server.stdout, true);
  await withPatience(core.rpc.getSystemInfo(), () => 'the Delta Chat core does not start');
  return {
    addAccount: async () => accountOf(core, await core.rpc.addAccount()),
    stop: async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      if (server.exitCode === null && server.signalCode === null) {
        server.kill();
        await ended;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
};
