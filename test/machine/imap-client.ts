import { connectLines, type Endpoint } from './line-connection.ts';

/** What a command led to: its untagged lines, and the status line without the tag (RFC 9051 §7). */
export interface Answer {
  readonly status: string;
  readonly lines: readonly string[];
}

export interface ImapClient {
  readonly greeting: string;
  command(text: string): Promise<Answer>;
  /** As `command`, but for the status OK only. */
  require(text: string): Promise<Answer>;
  logIn(user: string, password: string): Promise<Answer>;
  capabilities(): Promise<readonly string[]>;
  /** The whole of message `number` of the selected mailbox, as it is stored. */
  fetch(number: number): Promise<string>;
  /** Starts IDLE (RFC 2177); `next` is the next line with news, `done` ends it. */
  idle(): Promise<{ next(): Promise<string>; done(): Promise<void> }>;
  startTls(): Promise<void>;
  close(): void;
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** Connects and reads the greeting. */
export const connectImap = async (endpoint: Endpoint): Promise<ImapClient> => {
  const connection = await connectLines(endpoint);
  const greeting = await connection.readLine();
  let count = 0;
  /** A line and the literals in it, as one text. */
  const readResponse = async (): Promise<string> => {
    const line = await connection.readLine();
    const [, length] = /\{(\d+)\}$/.exec(line) ?? [];
    return length ? `${line}\r\n${await connection.read(Number(length))}${await readResponse()}` : line;
  };
  const answer = async (tag: string, lines: string[] = []): Promise<Answer> => {
    const line = await readResponse();
    if (line.startsWith(`${tag} `)) return { status: line.slice(tag.length + 1), lines };
    return answer(tag, [...lines, line]);
  };
  const start = (text: string): string => {
    count += 1;
    connection.write(`t${count} ${text}\r\n`);
    return `t${count}`;
  };
  const command = (text: string) => answer(start(text));
  const require = async (text: string): Promise<Answer> => {
    const found = await command(text);
    if (!found.status.startsWith('OK')) throw new Error(`${text}: ${found.status}`);
    return found;
  };
  return {
    greeting,
    command,
    require,
    logIn: (user, password) => command(`LOGIN ${quoted(user)} ${quoted(password)}`),
    capabilities: async () => {
      const { lines } = await require('CAPABILITY');
      return (lines[0] ?? '').split(' ').slice(2);
    },
    fetch: async (number) => {
      const { lines } = await require(`FETCH ${number} BODY.PEEK[]`);
      const [, length, rest = ''] = /\{(\d+)\}\r\n(.*)$/s.exec(lines[0] ?? '') ?? [];
      return rest.slice(0, Number(length));
    },
    idle: async () => {
      const tag = start('IDLE');
      const line = await connection.readLine();
      if (!line.startsWith('+')) throw new Error(`IDLE: ${line}`);
      const next = async (): Promise<string> => {
        const news = await readResponse();
        return news === '* OK Still here' ? next() : news;
      };
      return {
        next,
        done: async () => {
          connection.write('DONE\r\n');
          await answer(tag);
        },
      };
    },
    startTls: async () => {
      await require('STARTTLS');
      await connection.startTls();
    },
    close: connection.close,
  };
};
