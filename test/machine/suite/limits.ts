import { expect, test } from 'vitest';
import { type Relay, run, shell } from '../relay.ts';

interface Hold {
  /** The client's address. */
  readonly from: string;
  readonly port: number;
  readonly count: number;
}

interface Ask {
  readonly from: string;
  readonly port: number;
  /** With TLS that asks for this protocol (RFC 7301). */
  readonly alpn?: string;
  /** A request, where it is not the server that speaks first. */
  readonly request?: string;
}

/**
 * For Node inside the relay, where any number of client addresses is at hand: opens connections, each with the
 * first bytes of a request, until so many are `refused`; then says how many are open from each address, and what the first line
 * of an answer is beside them.
 */
const HOLD = `
const { connect } = require('node:net');
const tls = require('node:tls');
const { host, holds, refused, asks } = JSON.parse(process.argv[1]);
const open = new Map();
const hold = (localAddress, port) => new Promise((connected) => {
  const socket = connect({ host, port, localAddress });
  open.set(socket, localAddress);
  socket.on('connect', () => { socket.write([443, 465].includes(port) ? '\\x16\\x03\\x01' : 'E'); connected(); });
  socket.on('error', () => {}).on('close', () => open.delete(socket)).resume();
});
const ask = ({ from, port, alpn, request }) => new Promise((resolve) => {
  let answer = '';
  const options = { host, port, localAddress: from };
  const socket = alpn ? tls.connect({ ...options, ALPNProtocols: [alpn], rejectUnauthorized: false }) : connect(options);
  const end = () => { resolve(answer.split('\\r')[0]); socket.destroy(); };
  socket.on('data', (data) => { answer += data; if (answer.includes('\\r')) end(); });
  socket.on('error', end).on('close', end);
  if (request) socket.write(request);
});
(async () => {
  for (const { from, port, count } of holds) for (let i = 0; i < count; i++) await hold(from, port);
  const all = holds.reduce((sum, { count }) => sum + count, 0);
  while (open.size > all - refused) await new Promise(setImmediate);
  const held = {};
  for (const from of open.values()) held[from] = (held[from] ?? 0) + 1;
  const answers = [];
  for (const asked of asks) answers.push(await ask(asked));
  process.stdout.write(JSON.stringify({ held, answers }));
  process.exit();
})();
`;

interface Crowd {
  /** The relay's address. */
  readonly host: string;
  readonly holds: readonly Hold[];
  readonly refused: number;
  readonly asks: readonly Ask[];
}
const crowd = async (relay: Relay, what: Crowd): Promise<unknown> => {
  const { exitCode, stdout, all } = await run(relay, 'node', '-e', HOLD, JSON.stringify(what));
  expect([exitCode, exitCode === 0 ? '' : all]).toEqual([0, '']);
  return JSON.parse(stdout);
};

const home = (from: string): Ask => ({ from, port: 80, request: 'GET / HTTP/1.0\r\n\r\n' });
const OK = 'HTTP/1.1 200 OK';

/** What one client may take of a relay with the settings as they are, where memory is no bound. */
export const limitsSuite = (current: () => Relay): void => {
  const [greedy, other] = ['127.0.0.2', '127.0.0.3'] as const;

  test.each([443, 80])('one client that holds port %d does not keep out another', async (port) => {
    const found = await crowd(current(), {
      host: '127.0.0.1',
      holds: [{ from: greedy, port, count: 2500 }],
      refused: 300,
      asks: [home(greedy), home(other)],
    });
    expect(found).toEqual({ held: { [greedy]: 2200 }, answers: ['', OK] });
  });

  test('an IPv6 network is one client, another is not', async () => {
    const [one, two, another] = ['2001:db8:0:1::1', '2001:db8:0:1:ffff:10:0:2', '2001:db8:0:2::1'] as const;
    const each = (verb: string) =>
      shell(current(), `for a in ${one} ${two} ${another}; do ip address ${verb} $a/128 dev lo; done`);
    await each('add');
    const found = await crowd(current(), {
      host: one,
      holds: [one, two].map((from) => ({ from, port: 443, count: 2000 })),
      refused: 1800,
      asks: [home(two), home(another)],
    });
    await each('delete');
    expect(found).toEqual({ held: { [one]: 2000, [two]: 200 }, answers: ['', OK] });
  });

  test('the share of a client in SMTP is of all its ports together', async () => {
    const found = await crowd(current(), {
      host: '127.0.0.1',
      holds: [25, 465, 587].map((port) => ({ from: greedy, port, count: 70 })),
      refused: 10,
      asks: [
        ...[greedy, other].map((from) => ({ from, port: 443, alpn: 'smtp' })),
        ...[greedy, other].flatMap((from) => [25, 587].map((port) => ({ from, port }))),
      ],
    });
    const greeting = `220 ${current().domain} ESMTP`;
    expect(found).toEqual({ held: { [greedy]: 200 }, answers: ['', greeting, '', '', greeting, greeting] });
  });

  test('as many processes of Postfix as the memory allows, and no more', async () => {
    const { limits } = JSON.parse(await shell(current(), 'cat /etc/chatmail/relay.json'));
    const memory =
      1024 * Number(await shell(current(), "sed -n 's/^MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo"));
    expect(limits.smtpConnections).toBe(Math.min(1000, Math.floor(memory / 4 / 2 ** 21)));
    const most = await shell(current(), "postconf -M | awk '/smtpd/ {print $7}'");
    expect(most.split('\n').map(Number)).toEqual([
      limits.smtpConnections,
      limits.mxdelivConnections,
      limits.smtpConnections,
      limits.smtpConnections,
    ]);
  });
};
