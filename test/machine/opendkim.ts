import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Packet, PacketReader, packet, stringsOf } from '../../src/relay/filtermail/milter/packet.ts';

/** OpenDKIM, as Postfix would ask it. */
export interface Opendkim {
  /** The field that it puts in front of a message: a signature of what comes from here, else a finding. */
  ask(message: string, from: 'here' | 'elsewhere'): Promise<string>;
  stop(): Promise<void>;
}

/** SMFIP_HDR_LEADSPC; every step is sent and answered. */
const STEPS = 0x100000;

async function* packetsOf(socket: Socket): AsyncGenerator<Packet> {
  const reader = new PacketReader();
  for await (const chunk of socket)
    for (const { command, data } of reader.read(chunk as Buffer)) yield { command, data: Buffer.from(data) };
}

const bytes = (command: string, data: string): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length + 1);
  return Buffer.concat([head, Buffer.from(command + data, 'latin1')]);
};

const converse = async (path: string, message: string, client: string): Promise<string> => {
  const socket = createConnection(path);
  const packets = packetsOf(socket);
  const end = message.startsWith('\r\n') ? 0 : message.indexOf('\r\n\r\n') + 2;
  const fields = message
    .slice(0, end)
    .split(/\r\n(?![ \t])/)
    .slice(0, -1);
  const body = message.slice(end + 2);
  const pieces = body.match(/.{1,60000}/gs) ?? [];
  const steps = [
    packet('O', 6, 0x1ff, STEPS),
    bytes('C', `${client}\x004\0\x19${client}\0`),
    packet('M', '<alice@example.org>'),
    packet('R', '<bob@relay.test>'),
    ...fields.map((field) => {
      const colon = field.indexOf(':');
      return packet('L', field.slice(0, colon), field.slice(colon + 1).replaceAll('\r\n', '\n'));
    }),
    bytes('N', ''),
    ...pieces.map((piece) => bytes('B', piece)),
    bytes('E', ''),
  ];
  let found = '';
  for (const step of steps) {
    socket.write(step);
    for (;;) {
      const { value } = await packets.next();
      if (!value) throw new Error('OpenDKIM hung up');
      const { command, data } = value as Packet;
      if (command === 'i') {
        const [name = '', text = ''] = stringsOf(data.subarray(4));
        found ||= `${name}:${text.replaceAll(/\r?\n/g, '\r\n')}\r\n`;
      } else if (!'mh'.includes(command)) break;
    }
  }
  socket.destroy();
  return found;
};

/** `records`: TXT records by name. */
export const startOpendkim = async (
  folder: string,
  { name, lines, records }: { name: string; lines: string; records: ReadonlyMap<string, string> },
): Promise<Opendkim> => {
  const at = (suffix: string) => join(folder, `${name}.${suffix}`);
  await writeFile(at('keys'), [...records].map(([key, value]) => `${key} ${value}\n`).join(''));
  await writeFile(
    at('conf'),
    `Mode sv\nSocket local:${at('sock')}\nBackground no\nAuthservID relay.test\nAlwaysAddARHeader yes\nRequireSafeKeys no\nTestPublicKeys ${at('keys')}\n${lines}`,
  );
  const process = spawn('opendkim', ['-f', '-x', at('conf')], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(process, 'exit').then(() => Promise.reject(new Error('OpenDKIM ended')));
  ended.catch(() => {});
  const isThere = async (): Promise<void> => {
    while (!existsSync(at('sock'))) await pause(20);
  };
  await Promise.race([isThere(), ended]);
  return {
    ask: (message, from) => converse(at('sock'), message, from === 'here' ? '127.0.0.1' : '192.0.2.1'),
    stop: async () => {
      // Asked to end it waits for five seconds.
      process.kill('SIGKILL');
      await once(process, 'exit');
    },
  };
};
