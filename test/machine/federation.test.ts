import { createSecureContext } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Machine, SERVICE_PORTS } from '../../src/lab/machine.ts';
import { bootContainer } from '../../src/lab/nspawn.ts';
import { relayOutcome } from '../../src/lab/readiness.ts';
import { cachedTree } from '../../src/lab/tree-cache.ts';
import { run as runHere } from '../../src/program/run.ts';
import { makeCertificate } from './certificate.ts';
import { TAR } from './images.ts';
import { connectImap, type ImapClient } from './imap-client.ts';
import { encryptedMail } from './mail.ts';
import { endpoint, newLogin, type Relay, shell } from './relay.ts';
import { type SilentRelay, startSilentRelay } from './silent-relay.ts';
import { connectSmtp, type Reply, type SmtpClient } from './smtp-client.ts';
import { type SmtpSink, startSmtpSink } from './smtp-sink.ts';

/**
 * Two relays that reach one another: one with a domain (its MX, address and DKIM key are told to the other's
 * unbound), and one by its address.
 */
// OpenDKIM's resolver knows that nothing is below `test`.
let one: Relay;
let two: Relay;
const machines: Machine[] = [];

const boot = async (userData?: string): Promise<Relay> => {
  const data = userData === undefined ? {} : { userData: Buffer.from(userData) };
  const machine = await bootContainer({ tree: await cachedTree(TAR), ...data });
  machines.push(machine);
  const { address, exec = [] } = machine;
  expect(await relayOutcome(machine.console)).toMatchObject({ state: 'ready' });
  const relay = { state: 'ready', address, domain: address, ports: SERVICE_PORTS, exec };
  const settings = ['max_load_1m=1000', 'deliver_to_private_addresses=true', 'max_user_send_burst_size=1000'];
  await shell(relay, `chatmail configure --yes ${settings.map((each) => `--set ${each}`).join(' ')}`);
  return relay;
};

const pidOf = ({ exec = [] }: Relay): string => exec[exec.indexOf('--target') + 1] ?? '';
const ip = ({ exec }: Relay, ...command: string[]) =>
  runHere(['nsenter', '--target', pidOf({ exec } as Relay), '--net', 'ip', ...command]);

/** A cable between the two, beside the one to here; and a route, in table 25, on which packets vanish. */
const join = async (): Promise<void> => {
  const ends = ['netns', pidOf(one), 'type', 'veth', 'peer', 'name', 'peer0', 'netns', pidOf(two)];
  await runHere(['ip', 'link', 'add', 'peer0', ...ends]);
  for (const [here, there] of [
    [one, two],
    [two, one],
  ] as const) {
    await ip(here, 'link', 'set', 'peer0', 'up');
    await ip(here, 'route', 'add', there.address, 'dev', 'peer0', 'src', here.address);
    const nobody = '192.0.2.1';
    await ip(here, 'neigh', 'add', nobody, 'lladdr', '02:00:00:00:00:01', 'dev', 'peer0', 'nud', 'permanent');
    await ip(here, 'route', 'add', 'default', 'via', nobody, 'dev', 'peer0', 'onlink', 'table', '25');
  }
};

/** From now on nothing that `relay` sends to this port arrives, or it is told so at once. */
const block = async (relay: Relay, port: number, how: 'silently' | 'loudly' = 'silently'): Promise<void> => {
  const action = how === 'silently' ? ['lookup', '25'] : ['prohibit'];
  await ip(
    relay,
    'rule',
    'add',
    'priority',
    String(port),
    'ipproto',
    'tcp',
    'dport',
    String(port),
    ...action,
  );
};
const unblock = (relay: Relay, port: number) => ip(relay, 'rule', 'del', 'priority', String(port));

/** What a resolver knows of a relay with a domain. */
const zone = async (relay: Relay): Promise<string> => {
  const key = await shell(
    relay,
    'openssl rsa -in /etc/dkimkeys/opendkim.private -pubout 2> /dev/null | grep -v - - | tr -d "\\n"',
  );
  const text = `v=DKIM1;k=rsa;p=${key};s=email;t=s`.replace(/.{200}/g, '$&" "');
  const { domain, address } = relay;
  return [
    'server:',
    ...[
      `${domain}. MX 10 mx.${domain}.`,
      `mx.${domain}. A ${address}`,
      `opendkim._domainkey.${domain}. TXT "${text}"`,
    ].map((record) => `  local-data: '${record}'`),
  ].join('\n');
};

interface User {
  readonly address: string;
  readonly password: string;
  readonly smtp: SmtpClient;
  readonly imap: ImapClient;
}

const newUser = async (relay: Relay): Promise<User> => {
  const { user: address, password } = newLogin(relay);
  const imap = await connectImap(endpoint(relay, 'imaps'));
  await imap.logIn(address, password);
  await imap.require('SELECT INBOX');
  const smtp = await connectSmtp(endpoint(relay, 'submissions'));
  await smtp.logIn(address, password);
  return { address, password, imap, smtp };
};

const send = async (from: User, to: readonly User[], mail?: string): Promise<Reply> => {
  const [first] = to;
  const draft = { from: from.address, to: first?.address ?? '' };
  return from.smtp.send({
    from: from.address,
    to: to.map(({ address }) => address),
    mail: mail ?? (await encryptedMail(draft)),
  });
};

/** Waits for the `n`-th message. */
const arrival = async ({ imap }: User, n = 1): Promise<string> => {
  const idle = await imap.idle();
  const wanted = `* ${n} EXISTS`;
  for (let news = await idle.next(); news !== wanted; news = await idle.next());
  await idle.done();
  return imap.fetch(n);
};

/** What Postfix is told of a domain. */
const transport = (relay: Relay, domain: string) =>
  shell(
    relay,
    `postmap -q '${domain}' socketmap:unix:/var/spool/postfix/chatmail/routes.sock:transport || echo port 25`,
  );

const BY_HTTPS = expect.stringMatching(/^mxdeliv:unix:.*courier\.sock$/);
const forget = async (relay: Relay) => {
  await shell(relay, 'systemctl restart chatmail-courier');
};
const flush = (relay: Relay) => shell(relay, 'postqueue -f');
const queued = async (relay: Relay) =>
  (await shell(relay, 'postqueue -j')).split('\n').filter((line) => line !== '').length;

beforeAll(async () => {
  [one, two] = await Promise.all([
    boot('#cloud-config\nchatmail:\n  mail_domain: _one.example\n').then((relay) => ({
      ...relay,
      domain: '_one.example',
    })),
    boot(),
  ]);
  await join();
  await shell(
    two,
    `cat > /etc/unbound/unbound.conf.d/one.conf <<'END'\n${await zone(one)}\nEND\nsystemctl restart unbound`,
  );
});
/** Names that lead to this computer, or nowhere good, for those who ask `one`'s resolver. */
const NAMES = (here: string): readonly string[] => [
  'named.example. MX 10 mx.named.example.',
  `mx.named.example. A ${here}`,
  `_named.example. MX 10 mx.named.example.`,
  'trap.example. MX 10 localhost.',
  'number.example. MX 10 127.0.0.1.',
  'inside.example. MX 10 mx.inside.example.',
  'mx.inside.example. A 127.0.0.1',
  'mx.inside.example. AAAA ::1',
  'mx.inside.example. AAAA ::ffff:127.0.0.1',
  'metadata.example. A 169.254.169.254',
];

/** This computer, as `one` sees it. */
let here: string;
beforeAll(async () => {
  const smtp = await connectSmtp(endpoint(one, 'smtp'));
  here = smtp.localAddress;
  smtp.close();
  const lines = NAMES(here).map((record) => `  local-data: "${record}"`);
  await shell(
    one,
    `cat > /etc/unbound/unbound.conf.d/names.conf <<'END'\nserver:\n${lines.join('\n')}\nEND\nsystemctl restart unbound`,
  );
});
afterAll(async () => {
  for (const machine of machines) await machine.remove();
});
afterEach(async () => {
  for (const relay of [one, two])
    for (const port of [25, 443]) await unblock(relay, port).catch(() => undefined);
  for (const relay of [one, two]) await forget(relay);
});

test('with port 25 blocked the very first message arrives, by HTTPS', async () => {
  await block(one, 25);
  await block(two, 25);
  const [alice, bob] = [await newUser(one), await newUser(two)];
  expect(await send(alice, [bob])).toMatchObject({ code: 250 });
  const got = await arrival(bob);
  expect(got).toContain(`From: <${alice.address}>`);
  expect(got).not.toMatch(/^(Received|DKIM-Signature|Authentication-Results):/m);
  expect(await transport(one, `x@[${two.address}]`)).toEqual(BY_HTTPS);
  for (const relay of [one, two]) expect(await shell(relay, 'postqueue -j')).toBe('');
});

test('with port 443 blocked it goes by port 25, both ways', async () => {
  await block(one, 443);
  await block(two, 443);
  const [alice, bob] = [await newUser(one), await newUser(two)];
  await Promise.all([send(alice, [bob]), send(bob, [alice])]);
  await Promise.all([arrival(bob), arrival(alice)]);
  expect(await transport(one, `x@[${two.address}]`)).toBe('port 25');
});

test('what the other does not take by HTTPS for its size goes by port 25', async () => {
  const limit = (from: string, to: string) =>
    shell(two, `sed -i 's/_size ${from};/_size ${to};/' /etc/chatmail/nginx.conf; systemctl reload nginx`);
  await limit('31457280', '20k');
  try {
    const [alice, bob] = [await newUser(one), await newUser(two)];
    await send(alice, [bob]);
    await arrival(bob);
    const content = crypto.getRandomValues(Buffer.alloc(60_000));
    const mail = await encryptedMail({ from: alice.address, to: bob.address, content });
    expect(await send(alice, [bob], mail)).toMatchObject({ code: 250 });
    const arrived = arrival(bob, 2);
    await expect.poll(() => transport(one, bob.address), { timeout: 20_000 }).toBe('port 25');
    // Postfix remembers the last answer for 30 s, half as long as a message waits: here somebody else's is the last.
    await send(alice, [alice]);
    await arrival(alice);
    await flush(one);
    await expect.poll(() => queued(one), { timeout: 20_000 }).toBe(0);
    await arrived;
  } finally {
    await limit('20k', '31457280');
  }
});

test('several recipients of both relays, by both ways', async () => {
  const [alice, ann] = [await newUser(one), await newUser(one)];
  const bobs = [await newUser(two), await newUser(two), await newUser(two)];
  await send(alice, [...bobs, ann]);
  await Promise.all([...bobs, ann].map((user) => arrival(user)));
});

test('what the other refuses comes back with its words', async () => {
  const [alice, bob] = [await newUser(one), await newUser(two)];
  const nobody = { ...bob, address: newLogin(two).user };
  await send(alice, [nobody]);
  const bounce = await arrival(alice);
  expect(bounce).toContain(`550 5.1.1 <${nobody.address}>: no such user`);
  expect(bounce).toMatch(/^From: .*MAILER-DAEMON@_one\.example/m);
});

test('where some do not exist the others get it, and the sender is told by the other relay', async () => {
  const [alice, bob] = [await newUser(one), await newUser(two)];
  const nobody = { ...alice, address: newLogin(one).user };
  await send(bob, [nobody, alice]);
  await arrival(alice);
  expect(await arrival(bob)).toContain(nobody.address);
});

test('a message of 25 MB, in a process that does not grow by it', async () => {
  const [alice, bob] = [await newUser(one), await newUser(two)];
  await send(alice, [bob]);
  await arrival(bob);
  const peak = () =>
    shell(one, `p=$(systemctl show -P MainPID chatmail-courier); sed -n 's/VmHWM:\\s*//p' /proc/$p/status`);
  const before = Number.parseInt(await peak(), 10);
  const mail = await encryptedMail({ from: alice.address, to: bob.address, size: 18_000_000 });
  expect(mail.length).toBeGreaterThan(24_000_000);
  expect(await send(alice, [bob], mail)).toMatchObject({ code: 250 });
  expect((await arrival(bob, 2)).length).toBeGreaterThan(24_000_000);
  // kB
  expect(Number.parseInt(await peak(), 10) - before).toBeLessThan(20_000);
});

test('while the other is down mail waits, and comes when it is up, though all is forgotten meanwhile', async () => {
  await block(one, 25, 'loudly');
  const [alice, bob] = [await newUser(one), await newUser(two)];
  await send(alice, [bob]);
  await arrival(bob);
  await shell(two, 'systemctl stop nginx');
  await send(alice, [bob]);
  await expect.poll(() => shell(one, 'postqueue -j'), { timeout: 20_000 }).toContain('No answer by HTTPS');
  expect(await transport(one, `x@[${two.address}]`)).toBe('port 25');
  await shell(two, 'systemctl start nginx');
  await forget(one);
  await flush(one);
  await expect.poll(() => transport(one, `x@[${two.address}]`), { timeout: 20_000 }).toEqual(BY_HTTPS);
  await expect.poll(async () => [await flush(one), await queued(one)][1], { timeout: 20_000 }).toBe(0);
  await arrival(bob, 2);
});

test('killed again and again while mail flows, nothing is lost', async () => {
  const [alice, bob] = [await newUser(one), await newUser(two)];
  const kill = 'systemctl kill --signal=KILL chatmail-courier';
  const tokens: string[] = [];
  for (let n = 0; n < 10; n++) {
    const token = crypto.randomUUID();
    const mail = await encryptedMail({
      from: alice.address,
      to: bob.address,
      headers: [`X-Token: ${token}`],
    });
    const [{ code }] = await Promise.all([
      send(alice, [bob], mail),
      n % 2 ? shell(one, kill) : shell(two, kill),
    ]);
    if (code === 250) tokens.push(token);
  }
  expect(tokens.length).toBeGreaterThan(0);
  await expect.poll(async () => [await flush(one), await queued(one)][1], { timeout: 60_000 }).toBe(0);
  const found = async () => {
    const imap = await connectImap(endpoint(two, 'imaps'));
    await imap.logIn(bob.address, bob.password);
    await imap.require('SELECT INBOX');
    const { lines } = await imap.require('FETCH 1:* BODY.PEEK[HEADER.FIELDS (X-TOKEN)]');
    imap.close();
    return tokens.filter((token) => !lines.join('').includes(token));
  };
  await expect.poll(found, { timeout: 20_000 }).toEqual([]);
});

test('without the courier mail to others waits, and mail within the relay does not', async () => {
  const [alice, ann, bob] = [await newUser(one), await newUser(one), await newUser(two)];
  await shell(one, 'systemctl stop chatmail-courier.service chatmail-courier.socket chatmail-routes.socket');
  await send(alice, [ann]);
  await arrival(ann);
  expect(await send(alice, [bob])).toMatchObject({ code: 250 });
  await expect.poll(() => shell(one, 'postqueue -j'), { timeout: 20_000 }).toContain('delay_reason');
  await shell(one, 'systemctl start chatmail-courier.socket chatmail-routes.socket chatmail-courier.service');
  // As above: somebody else's answer must be the last.
  await send(alice, [ann]);
  await arrival(ann, 2);
  await flush(one);
  await arrival(bob);
});

describe('beside a relay that never answers', () => {
  let silent: SilentRelay;
  beforeAll(async () => {
    silent = await startSilentRelay(here);
  });
  afterAll(async () => {
    await silent?.close();
    await shell(one, 'postsuper -d ALL 2> /dev/null');
  });

  test('a stranger who names it at port 25 is refused, and nothing is asked there', async () => {
    const smtp = await connectSmtp(endpoint(one, 'smtp'));
    for (const to of [`x@[${here}]`, 'x@named.example', 'x@_named.example']) {
      await smtp.command('MAIL FROM:<stranger@example.org>');
      expect((await smtp.command(`RCPT TO:<${to}>`)).code).toBe(554);
      await smtp.command('RSET');
    }
    smtp.close();
    // Long enough for what would have begun: another message goes all its way.
    const [alice, bob] = [await newUser(one), await newUser(two)];
    await send(alice, [bob]);
    await arrival(bob);
    expect(silent.connections()).toBe(0);
  });

  test('70 messages to it do not keep one to another relay waiting', async () => {
    const [alice, bob] = [await newUser(one), await newUser(two)];
    await send(alice, [bob]);
    await arrival(bob);
    for (let n = 0; n < 70; n++) {
      const to = { ...bob, address: `x${n}@[${here}]` };
      expect(await send(alice, [to])).toMatchObject({ code: 250 });
    }
    await expect.poll(silent.waiting).toBeGreaterThan(0);
    const inTheWay = silent.givenUp();
    await send(alice, [bob]);
    await arrival(bob, 2);
    // It did not come because something had been given up.
    expect(silent.givenUp()).toBe(inTheWay);
    expect(silent.waiting()).toBeGreaterThan(0);
    expect(silent.waiting()).toBeLessThanOrEqual(10);
    await expect.poll(() => queued(one)).toBe(70);
  });

  test('one message to both comes to the other at once', async () => {
    const [alice, bob] = [await newUser(one), await newUser(two)];
    await send(alice, [bob, { ...bob, address: `x@[${here}]` }]);
    const inTheWay = silent.givenUp();
    await arrival(bob);
    expect(silent.givenUp()).toBe(inTheWay);
  });
});

describe('a server of several names', () => {
  let sink: SmtpSink;
  let ours: { readonly key: string; readonly cert: string };
  beforeAll(async () => {
    ours = await makeCertificate('mx.named.example', 'mx.named.example');
    const names = new Map([['mx.named.example', createSecureContext(ours)]]);
    sink = await startSmtpSink(here, 25, names);
    await shell(
      one,
      `cat >> /etc/ssl/certs/ca-certificates.crt <<'END'\n${ours.cert}\nEND\nsystemctl reload postfix@-`,
    );
  });
  afterAll(() => sink?.close());

  test.each([
    ['a domain', 'x@named.example', 'mx.named.example'],
    ['a domain whose certificate is not looked at', 'x@_named.example', 'mx.named.example'],
    ['an address literal', () => `x@[${here}]`, undefined],
  ])('is told which one is meant, for %s', async (_, to, servername) => {
    const alice = await newUser(one);
    const address = typeof to === 'string' ? to : to();
    expect(await send(alice, [{ ...alice, address }])).toMatchObject({ code: 250 });
    expect(await sink.next()).toMatchObject({ to: [address], servername, tls: 'TLSv1.3' });
  });

  test('lines come to it as they were sent, or are refused', async () => {
    const alice = await newUser(one);
    const to = 'x@_named.example';
    const field = `X-Long: ${'y'.repeat(990)}`;
    const mail = (headers: readonly string[]) => encryptedMail({ from: alice.address, to, headers });
    const recipient = { ...alice, address: to };
    expect(await send(alice, [recipient], await mail([field]))).toMatchObject({ code: 250 });
    expect((await sink.next()).mail).toContain(`\r\n${field}\r\n`);
    expect(await send(alice, [recipient], await mail([`${field}y`]))).toMatchObject({
      code: 554,
      text: expect.stringContaining('A line is longer than 998 bytes'),
    });
  });
});

describe('this machine and its link', () => {
  test.each(['[127.0.0.1]', '[IPv6:::1]', '[169.254.169.254]', '[0.0.0.0]', '[224.0.0.1]'])(
    'are not delivered to as %s',
    async (domain) => {
      const alice = await newUser(one);
      await send(alice, [{ ...alice, address: `x@${domain}` }]);
      expect(await arrival(alice)).toMatch(/Mail is not carried\s+to\s+private\s+addresses/);
    },
  );

  test.each(['trap.example', 'number.example', 'inside.example', 'metadata.example'])(
    'are not connected to for %s, which leads there',
    async (domain) => {
      const alice = await newUser(one);
      await send(alice, [{ ...alice, address: `x@${domain}` }]);
      const reasons = async () =>
        (await shell(one, 'postqueue -j'))
          .split('\n')
          .filter((line) => line.includes(domain))
          .map((line) => JSON.parse(line).recipients[0].delay_reason);
      await expect.poll(reasons, { timeout: 20_000 }).toEqual([expect.stringMatching(/DNS reply filter/)]);
      await shell(one, 'postsuper -d ALL 2> /dev/null');
    },
  );
});

test('the journal names nobody', async () => {
  for (const relay of [one, two]) {
    const log = await shell(relay, 'journalctl --boot --output=cat --no-pager _COMM=node');
    expect(log).not.toMatch(/\w@[\w[]/);
  }
});
