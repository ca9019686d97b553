import { X509Certificate } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { get } from 'node:https';
import { text } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { reverseName } from '../../src/model/zone.ts';
import { quoteTxt } from '../../src/model/zone-text.ts';
import type { State } from '../../src/relay/readiness/state.ts';
import { launchBrowser, picture } from './browser.ts';
import { type Account, type DeltaChat, startDeltaChat } from './delta-chat.ts';
import { type DkimSigner, makeDkimSigner } from './dkim-signer.ts';
import { ask } from './http-client.ts';
import { connectImap } from './imap-client.ts';
import { AUTHORITY, type Internet, type Member, startInternet } from './internet.ts';
import { isFrom } from './internet-authority.ts';
import { FORGED } from './internet-dns.ts';
import type { Exchange } from './internet-network.ts';
import { bounceMail, encryptedMail } from './mail.ts';
import { endpoint, newLogin, type Relay, run, shell } from './relay.ts';
import { connectSmtp, type Reply } from './smtp-client.ts';
import { byHand } from './suite/chat.ts';
import { connectWaiting, renewAgain, serverMemory } from './waiting-clients.ts';

const NORTH = 'north.example';
const SOUTH = 'south.example';
const EAST = 'east.example';
/** It has no IPv4 at all. */
const WEST = 'west.example';
/** A domain with a mail server that is no relay. */
const OUTSIDE = 'outside.example';

/** What a relay remembers of others. */
const CERTIFIED = 'cat /var/lib/chatmail/courier/certified.json';

const reverse4 = ({ prefix }: Exchange): string => reverseName(`${prefix}.0`).replace(/^0\./, '');
const reverse6 = ({ ipv6Of }: Exchange): string => reverseName(ipv6Of(0)).split('.').slice(16).join('.');

let internet: Internet;
let north: Member;
let south: Member;
let west: Member;
let literal: Member;
/** The same, with IPv6. */
let twin: Member;

beforeAll(async () => {
  internet = await startInternet((exchange) => [
    NORTH,
    SOUTH,
    EAST,
    WEST,
    OUTSIDE,
    reverse4(exchange),
    reverse6(exchange),
  ]);
  const settings = 'max_load_1m: 1000\ndeliver_to_private_addresses: true';
  const common = `${settings}\nacme_directory: ${internet.authority.directory}`;
  [north, south, literal, west, twin] = await Promise.all([
    internet.boot(11, `mail_domain: ${NORTH}\n${common}`, 'both'),
    internet.boot(12, `mail_domain: ${SOUTH}\n${common}`),
    internet.boot(13, common, 'ipv4 only'),
    internet.boot(14, `mail_domain: ${WEST}\n${common}`, 'ipv6'),
    internet.boot(15, common, 'both'),
  ]);
});
afterAll(() => internet?.stop());

const northRelay = (): Relay => north.relay(NORTH);
const southRelay = (): Relay => south.relay(SOUTH);
const westRelay = (): Relay => west.relay(WEST);
const literalRelay = (): Relay => literal.relay(literal.address);
const twinRelay = (): Relay => twin.relay(twin.address);

const stateOf = async (relay: Relay): Promise<State> =>
  JSON.parse(await shell(relay, 'cat /var/lib/chatmail/state.json')) as State;
const requestsOf = (member: Member) =>
  internet.authority.requests.filter((request) => isFrom(member, request));

/** The certificate of a service, if it is trusted and for that name. */
const certificateOf = (member: Member, name: string, port = 993): Promise<X509Certificate> =>
  new Promise((resolve, reject) => {
    const ca = internet.authority.trusted;
    const socket: TLSSocket = connect({ host: member.address, port, servername: name, ca }, () => {
      resolve(new X509Certificate(socket.getPeerCertificate().raw));
      socket.destroy();
    });
    socket.once('error', reject);
  });

describe('on the way to readiness', () => {
  /** Somebody who has the setup page of `north` open all the while. */
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await launchBrowser({ [NORTH]: north.address });
    // It does not know the authority.
    page = await browser.newPage({ viewport: { width: 360, height: 740 }, ignoreHTTPSErrors: true });
  });
  afterAll(() => browser?.close());

  test('a relay says all that is missing in DNS at once, and asks no authority', async () => {
    await Promise.all([
      north.machine.console.waitFor(/chatmail: waiting: north/),
      south.machine.console.waitFor(/chatmail: waiting: south/),
    ]);
    const { exitCode, stdout } = await run(northRelay(), 'chatmail', 'dns', '--check', '--json');
    expect(exitCode).toBe(1);
    const { state, dns = [], certificate, addresses } = await stateOf(northRelay());
    expect(JSON.parse(stdout)).toEqual(dns);
    expect(dns.filter((record) => record.state === 'missing')).toEqual(dns);
    expect(dns.filter(({ isRequired }) => isRequired).map(({ type, name }) => `${type} ${name}`)).toEqual([
      ...[`A ${NORTH}`, `AAAA ${NORTH}`, `MX ${NORTH}`, `TXT _mta-sts.${NORTH}`],
      ...[`CNAME mta-sts.${NORTH}`, `CNAME www.${NORTH}`, `TXT opendkim._domainkey.${NORTH}`],
    ]);
    expect(addresses).toEqual({ ipv4: north.address, ipv6: north.ipv6 });
    expect([state, certificate?.state]).toEqual(['waiting', 'waiting']);
    expect(requestsOf(north)).toEqual([]);
    await expect(certificateOf(north, NORTH)).rejects.toThrow(/self-signed/);
  });

  test('its setup page says so too', async () => {
    await page.goto(`http://${north.address}/`);
    expect(await page.textContent('h1')).toBe('Almost there');
    expect(await page.locator('h2 small').first().innerText()).toBe('0 of 7 found');
    await picture(page, 'live-waiting');
    // Browsers would hold it against the relay for a year.
    expect((await ask(northRelay(), '/')).headers).not.toHaveProperty('strict-transport-security');
  });

  test('a relay without a domain is ready meanwhile', async () => {
    await literal.machine.console.waitFor(/chatmail: ready/);
    expect(await stateOf(literalRelay())).toMatchObject({ state: 'ready' });
  });

  test.each([
    ['its address', () => literal],
    ['both of its addresses', () => twin],
  ])(
    'a relay without a domain gets a certificate for %s, and its links no longer say to take any',
    async (_, of) => {
      const member = of();
      const relay = member.relay(member.address);
      const known = async () => [(await stateOf(relay)).state, (await stateOf(relay)).certificate?.state];
      await expect.poll(known, { timeout: 60_000 }).toEqual(['ready', 'valid']);
      const shown = (port: number) =>
        certificateOf(member, '', port).then(
          (found) => [member.address, member.ipv6 ?? []].flat().filter((address) => found.checkIP(address)),
          (error) => String(error),
        );
      for (const port of [443, 465, 993])
        await expect
          .poll(() => shown(port), { timeout: 20_000 })
          .toEqual([member.address, member.ipv6 ?? []].flat());
      const { body } = await ask(relay, '/new', { method: 'POST' });
      expect(JSON.parse(body).dclogin_url).toMatch(/&ih=[\d.]+&sh=[\d.]+$/);
      // It is where acmetool has its own, in its way, and the account too.
      expect(await shell(relay, 'acmetool --xlog.severity=info status 2>&1')).not.toMatch(/error|mismatch/i);
    },
  );

  test('a relay without a domain invites people, too', async () => {
    const relay = literalRelay();
    await shell(relay, 'chatmail configure --yes --set registration=invite');
    const { link } = JSON.parse(await shell(relay, 'chatmail invite create --json')) as { link: string };
    expect((await ask(relay, '/join')).status).toBe(503);
    const { status, body } = await ask(relay, new URL(link).pathname, { method: 'POST' });
    const code = /href="(dclogin:[^"]+)"/.exec(body)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect([status, code]).toEqual([
      200,
      expect.stringContaining(`&ih=${relay.address}&sh=${relay.address}`),
    ]);
    const core = await startDeltaChat();
    expect(await (await core.addAccount()).scan(`${code}&ic=3`)).toContain(`@[${relay.address}]`);
    await core.stop();
    await shell(relay, 'chatmail configure --yes --set registration=open');
  });

  test('a CAA record for an account of another time is explained, and spares the authority', async () => {
    const zone = await shell(southRelay(), 'chatmail dns');
    const part = zone.replace(/^(www|mta-sts)\..*\n/gm, '');
    const stale = `${AUTHORITY};accounturi=https://acme.${AUTHORITY}/my-account/old`;
    await internet.dns.publish(SOUTH, `${part}\n@ CAA 0 issue "${stale}"\n`);
    await south.machine.console.waitFor(
      /certificate: the CAA record of south\.example allows .*old.* remove it/,
    );
    const { certificate, account } = await stateOf(southRelay());
    expect(certificate?.state).toBe('failed');
    expect(certificate?.detail).toContain(`make it 0 issue "${AUTHORITY};accounturi=${account}"`);
    expect(requestsOf(south).filter(({ path }) => /order/.test(path))).toEqual([]);
  });

  test('a relay that has IPv6 only asks for no other record, and becomes ready', async () => {
    await west.machine.console.waitFor(/chatmail: waiting: west/);
    const { addresses, address, dns = [] } = await stateOf(westRelay());
    expect({ addresses, address }).toEqual({ addresses: { ipv6: west.ipv6 }, address: west.ipv6 });
    expect(dns.filter(({ type, name }) => /^A+$/.test(type) && name === WEST)).toMatchObject([
      { type: 'AAAA', value: west.ipv6 },
    ]);
    await internet.dns.publish(WEST, await shell(westRelay(), 'chatmail dns'));
    await west.machine.console.waitFor(/chatmail: ready/);
    expect((await certificateOf(west, WEST)).checkHost(WEST)).toBe(WEST);
  });

  test('it becomes ready without a hand: DNS later, no answer twice, power cut, names that join', async () => {
    const zones = await Promise.all(
      [northRelay(), southRelay()].map((relay) => shell(relay, 'chatmail dns')),
    );
    const [northZone = '', southZone = ''] = zones;
    await internet.dns.publish(reverse4(internet.exchange), `11 PTR ${NORTH}.\n12 PTR ${SOUTH}.\n`);
    await internet.dns.publish(
      reverse6(internet.exchange),
      `${reverseName(north.ipv6 ?? '')}. PTR ${NORTH}.\n`,
    );
    const northGoes = async () => {
      internet.authority.failNext(north, 4);
      await internet.dns.publish(NORTH, northZone);
      await north.machine.console.waitFor(/certificate: the certificate authority does not answer/);
      // Nobody has touched the page.
      await page.locator('h2 small', { hasText: 'all found' }).waitFor();
      await picture(page, 'live-certificate');
      await north.machine.console.waitFor(/chatmail: ready/);
      await page.getByText('Join with Delta Chat', { exact: true }).waitFor();
      expect(await page.textContent('h1')).toBe(NORTH);
      expect(page.url()).toBe(`https://${NORTH}/`);
      await picture(page, 'live-ready');
    };
    const southGoes = async () => {
      const ordered = internet.authority.next(south, /order/);
      await internet.dns.publish(SOUTH, southZone.replace(/^(www|mta-sts)\..*\n/gm, ''));
      await ordered;
      await south.machine.kill();
      await south.machine.boot();
      // The certificate is there; two records that are required are not.
      await vi.waitFor(
        async () => expect((await stateOf(southRelay())).certificate?.state).toBe('valid'),
        30_000,
      );
      expect((await stateOf(southRelay())).step).toMatch(
        /^DNS: CNAME mta-sts\S+ is missing; DNS: CNAME www\S+ is missing$/,
      );
      expect((await certificateOf(south, SOUTH)).subjectAltName).toBe(`DNS:${SOUTH}`);
      await internet.dns.publish(SOUTH, southZone);
      await south.machine.console.waitFor(/chatmail: ready/);
    };
    await Promise.all([northGoes(), southGoes()]);
    expect(requestsOf(north).filter(({ status }) => status === 0)).toHaveLength(4);
    for (const member of [north, south]) {
      const accounts = requestsOf(member).filter(
        ({ path, status }) => /sign-me-up/.test(path) && status === 201,
      );
      expect(accounts).toHaveLength(1);
    }
  });
});

describe('once ready', () => {
  test.each([443, 465, 993])('port %d has the certificate of the authority', async (port) => {
    // nginx takes a moment after it was told
    for (const [member, name] of [
      [north, NORTH],
      [south, SOUTH],
    ] as const)
      for (const host of [name, `www.${name}`, `mta-sts.${name}`])
        await vi.waitFor(
          async () => expect((await certificateOf(member, host, port)).checkHost(host)).toBe(host),
          5000,
        );
  });

  test.each(['/', '/new', '/join', '/setup', '/start/', '/nothing-here'])(
    '%s by HTTPS tells browsers to come by HTTPS only',
    async (path) => {
      const { headers } = await ask(northRelay(), path);
      expect(headers['strict-transport-security']).toBe('max-age=31536000');
    },
  );

  test.each([
    'GET /',
    'POST /new',
    'GET /join',
    'GET /info',
    'GET /start/',
    'POST /mxdeliv',
    'GET /.well-known/mta-sts.txt',
  ])('%s by HTTP leads to HTTPS and nothing else', async (line) => {
    const [method, path = ''] = line.split(' ') as ['GET' | 'POST', string];
    const { status, headers } = await ask(northRelay(), path, {
      isTls: false,
      method,
      name: 'elsewhere.example',
    });
    expect([status, headers.location]).toEqual([307, `https://${NORTH}${path}`]);
    expect(headers).not.toHaveProperty('strict-transport-security');
  });

  test('everything required is in DNS, reverse names too, and the relay says so', async () => {
    const { exitCode, stdout } = await run(northRelay(), 'chatmail', 'dns', '--check', '--json');
    expect(exitCode).toBe(0);
    const wanting = (JSON.parse(stdout) as { type: string; state: string }[]).filter(
      ({ state }) => state !== 'found',
    );
    // Nobody can publish it before there is an account.
    expect(wanting).toMatchObject([{ type: 'CAA', state: 'missing' }]);
    expect((await run(northRelay(), 'chatmail', 'status')).exitCode).toBe(0);
  });

  test('the CAA record is right for the authority and for us', async () => {
    const zone = await shell(northRelay(), 'chatmail dns');
    expect(zone).toMatch(
      new RegExp(
        `IN CAA +0 issue "${AUTHORITY};accounturi=https://acme\\.${AUTHORITY}:\\d+/my-account/\\w+"`,
      ),
    );
    await internet.dns.publish(NORTH, zone);
    const { stdout } = await run(northRelay(), 'chatmail', 'dns', '--check', '--json');
    expect((JSON.parse(stdout) as { state: string }[]).every(({ state }) => state === 'found')).toBe(true);
  });

  test('the MTA-STS policy is where others look for it', async () => {
    const policy = await new Promise<string>((resolve, reject) => {
      const options = { host: north.address, servername: `mta-sts.${NORTH}`, ca: internet.authority.trusted };
      get(
        { ...options, path: '/.well-known/mta-sts.txt', headers: { host: `mta-sts.${NORTH}` } },
        (response) => text(response).then(resolve, reject),
      ).once('error', reject);
    });
    expect(policy).toContain(`mx: ${NORTH}`);
  });

  test('the resolver believes the root that it was told, and no forged answer', async () => {
    await internet.dns.publish(FORGED, '@ A 192.0.2.1\n');
    expect(await shell(northRelay(), `getent hosts ${SOUTH}`)).toContain(south.address);
    expect((await run(northRelay(), 'getent', 'hosts', FORGED)).exitCode).not.toBe(0);
  });
});

describe('between relays', () => {
  let core: DeltaChat;
  beforeAll(async () => {
    core = await startDeltaChat({
      [NORTH]: north.address,
      [SOUTH]: south.address,
      [WEST]: west.address,
    });
  });
  afterAll(() => core?.stop());

  const accountOn = async (relay: Relay): Promise<Account> => {
    const account = await core.addAccount();
    const { user, password } = newLogin(relay);
    expect(await account.logIn({ addr: user, password, ...byHand(relay, false) })).toBe(user);
    return account;
  };

  const converse = async (here: Relay, there: Relay): Promise<void> => {
    const [alice, bob] = await Promise.all([accountOn(here), accountOn(there)]);
    const toAlice = await bob.join(await alice.invite(), alice);
    const question = await bob.send(toAlice, 'Hello Alice');
    const first = await alice.receive();
    expect(first).toMatchObject({ text: 'Hello Alice', showPadlock: true });
    await alice.read(first);
    await bob.event('MsgRead', ({ msgId }) => msgId === question);
    const answer = await alice.send(first.chatId, 'Hello Bob');
    const second = await bob.receive();
    expect(second).toMatchObject({ text: 'Hello Bob', showPadlock: true });
    await bob.read(second);
    await alice.event('MsgRead', ({ msgId }) => msgId === answer);
  };

  test.each([
    ['two domains', northRelay, southRelay],
    ['an address, in a machine without IPv6, and a domain', literalRelay, northRelay],
    ['one that has IPv6 only, and one that has both', westRelay, northRelay],
    ['two addresses', literalRelay, twinRelay],
  ])('%s: securejoin, messages and read receipts, both ways', (_, here, there) => converse(here(), there()));

  test('of two addresses, each has verified the other', async () => {
    for (const [here, there] of [
      [literal, twin],
      [twin, literal],
    ] as const)
      expect(await shell(here.relay(here.address), CERTIFIED)).toContain(`"${there.address}"`);
  });

  test('where what is sent to port 25 vanishes, all goes by HTTPS, from the first message on', async () => {
    const nobody = `${internet.exchange.prefix}.250`;
    const rule = 'priority 25 ipproto tcp dport 25 lookup 25';
    for (const relay of [northRelay(), southRelay()])
      await shell(
        relay,
        `ip neighbour replace ${nobody} lladdr 02:00:00:00:00:01 dev host0 nud permanent
        ip route replace default via ${nobody} dev host0 onlink table 25
        ip rule add ${rule}
        systemctl restart chatmail-courier`, // it knows nobody
      );
    try {
      await converse(northRelay(), southRelay());
      for (const relay of [northRelay(), southRelay()]) expect(await shell(relay, 'postqueue -j')).toBe('');
    } finally {
      for (const relay of [northRelay(), southRelay()]) await shell(relay, `ip rule del ${rule}`);
    }
  });
});

describe('from a server that is no relay', () => {
  let signer: DkimSigner;
  let to: string;
  let silence: Socket;
  const SILENT = `silent.${OUTSIDE}`;
  /** Everybody may keep the key for an hour. */
  const publish = (record: string) =>
    internet.dns.publish(
      OUTSIDE,
      `@ A ${internet.exchange.host}
@ MX 10 @
mail._domainkey 3600 TXT ${quoteTxt(record)}
alias._domainkey 3600 CNAME mail.keys
mail.keys 3600 TXT ${quoteTxt(record)}
*._domainkey TXT ${quoteTxt(record)}
silent NS ns.silent
ns.silent A ${internet.exchange.host}`,
    );
  afterAll(() => silence?.close());
  beforeAll(async () => {
    signer = makeDkimSigner();
    await publish(signer.record);
    // Takes questions and never answers.
    silence = createSocket('udp4').bind(53, internet.exchange.host);
    await once(silence, 'listening');
    const { user, password } = newLogin(northRelay());
    const smtp = await connectSmtp(endpoint(northRelay(), 'submissions'));
    await smtp.logIn(user, password);
    smtp.close();
    to = user;
  });

  const deliver = async (sign: (mail: string) => string): Promise<Reply> => {
    const from = `somebody@${OUTSIDE}`;
    const smtp = await connectSmtp(endpoint(northRelay(), 'smtp'));
    await smtp.startTls();
    const reply = await smtp.send({ from, to: [to], mail: sign(await encryptedMail({ from, to })) });
    smtp.close();
    return reply;
  };

  const byHttp = async (mail: string): Promise<string> => {
    const headers = { 'x-mail-to': to };
    const { status, body } = await ask(northRelay(), '/mxdeliv', { method: 'POST', headers, body: mail });
    return `${status} ${body}`;
  };
  const bySmtp = async (mail: string): Promise<string> => {
    const smtp = await connectSmtp(endpoint(northRelay(), 'smtp'));
    await smtp.startTls();
    const { code, text } = await smtp.send({ from: '', to: [to], mail });
    smtp.close();
    return `${code} ${text}`;
  };
  const bothWays = async (mail: string): Promise<string[]> => Promise.all([bySmtp(mail), byHttp(mail)]);

  /** Messages that claim to have been verified; nobody has asked for their keys before. */
  const forgeries = async (domain: string): Promise<string[]> => {
    const from = `boss@${domain}`;
    const claim = `Authentication-Results: ${NORTH}; dkim=pass header.d=${domain} header.i=@${domain}`;
    const mail = await encryptedMail({ from, to });
    const fresh = (text: string) => signer.sign(text, domain, { selector: crypto.randomUUID() });
    const claims = [
      `${claim} a:b`,
      `${claim};;`,
      `${claim.replaceAll(' ', '\r\n\t')} a:b`,
      `${claim} a:b\r\n${claim} a:b`,
      `${claim.replace(/^[^:]*/, 'aUTHENTICATION-rESULTS ')} a:b`,
    ];
    return [
      ...claims.map((lines) => `${lines}\r\n${fresh(mail)}`),
      fresh(mail).replace('From:', `${claims[0]}\r\nFrom:`),
      `${claims[0]}\r\n${fresh(bounceMail({ from: `mailer-daemon@${domain}`, to }))}`,
    ];
  };

  const unbound = (command: string) => shell(northRelay(), command);
  const REFUSE = '/etc/unbound/unbound.conf.d/zz-refuse.conf';
  const nothing = async () => {};
  interface Trouble {
    readonly domains: readonly string[];
    readonly begin: () => Promise<unknown>;
    readonly end: () => Promise<unknown>;
  }
  const TROUBLES: readonly (readonly [string, Trouble])[] = [
    [
      'is stopped',
      {
        domains: [OUTSIDE, SOUTH, NORTH],
        begin: () => unbound('systemctl stop unbound'),
        end: () => unbound('systemctl start unbound'),
      },
    ],
    [
      'refuses',
      {
        domains: [OUTSIDE, SOUTH, NORTH],
        begin: () =>
          unbound(`echo 'server: access-control: 127.0.0.0/8 refuse' > ${REFUSE}; systemctl restart unbound`),
        end: () => unbound(`rm ${REFUSE}; systemctl restart unbound`),
      },
    ],
    ['does not believe the zone', { domains: [FORGED], begin: nothing, end: nothing }],
    ['has no answer from the zone', { domains: [SILENT], begin: nothing, end: nothing }],
  ];
  test.each(TROUBLES)('where the resolver %s the sender tries again', async (_, trouble) => {
    await trouble.begin();
    try {
      for (const domain of trouble.domains) {
        const messages = await forgeries(domain);
        const replies = await Promise.all(messages.flatMap((mail) => [bySmtp(mail), byHttp(mail)]));
        const codes = replies.map((reply) => reply.replace(/(4\.7\.5 DKIM key not available).*/s, '$1'));
        expect([domain, new Set(codes)]).toEqual([
          domain,
          new Set(['451 4.7.5 DKIM key not available', '503 451 4.7.5 DKIM key not available']),
        ]);
      }
    } finally {
      await trouble.end();
    }
  });

  test('a good message is taken as soon as the resolver is back', async () => {
    const from = `somebody@${OUTSIDE}`;
    const mail = signer.sign(await encryptedMail({ from, to }), OUTSIDE, { selector: crypto.randomUUID() });
    await unbound('systemctl stop unbound');
    expect(await bothWays(mail)).toEqual([
      expect.stringMatching(/^451 4\.7\.5/),
      expect.stringMatching(/^503 451/),
    ]);
    await unbound('systemctl start unbound');
    expect(await bothWays(mail)).toEqual([expect.stringMatching(/^250/), expect.stringMatching(/^200 250/)]);
  });

  test('where there is no such name it is refused for good', async () => {
    const messages = await forgeries(`nobody.${OUTSIDE}`);
    for (const mail of messages)
      expect(await bothWays(mail)).toEqual([
        expect.stringMatching(/^554 .*No valid DKIM/),
        expect.stringMatching(/^400 554/),
      ]);
  });

  test.each(['mail', 'alias'])('a key that was replaced is known at once: %s', async (selector) => {
    const from = `somebody@${OUTSIDE}`;
    const mail = await encryptedMail({ from, to });
    const [before, after] = [signer, makeDkimSigner()];
    const codeOf = async ({ sign }: DkimSigner) =>
      (await bySmtp(sign(mail, OUTSIDE, { selector }))).slice(0, 3);
    expect(await codeOf(before)).toBe('250');
    await publish(after.record);
    try {
      expect([await codeOf(after), await codeOf(before)]).toEqual(['250', '554']);
    } finally {
      await publish(signer.record);
    }
    // What was asked for a moment ago is not asked for again.
    await expect.poll(() => codeOf(before), { timeout: 20_000, interval: 1000 }).toBe('250');
  });

  const other = 'No valid DKIM signature found';
  test.each<[string, number, string, (mail: string) => string]>([
    ['with its own key', 250, '', (mail) => signer.sign(mail, OUTSIDE)],
    ['with no signature', 554, 'No DKIM signature found', (mail) => mail],
    ['with another key', 554, other, (mail) => makeDkimSigner().sign(mail, OUTSIDE)],
    ['with the signature of another domain', 554, other, (mail) => signer.sign(mail, SOUTH)],
    ['changed on its way', 554, other, (mail) => signer.sign(mail, OUTSIDE).replace('[...]', 'changed')],
  ])('mail %s: %d %s', async (_, code, words, sign) => {
    const reply = await deliver(sign);
    expect([reply.code, reply.text]).toEqual([code, expect.stringContaining(words)]);
  });
});

describe('in the long run', () => {
  test('the timer renews, and the servers read what is new', async () => {
    const before = await certificateOf(north, NORTH);
    await shell(northRelay(), 'systemctl is-active acmetool.timer; systemctl start acmetool.service');
    expect((await certificateOf(north, NORTH)).serialNumber).toBe(before.serialNumber);
    // As good as expired: gone.
    await shell(northRelay(), 'cd /var/lib/acme; rm -r certs live keys; systemctl start acmetool.service');
    for (const port of [993, 465, 443])
      await vi.waitFor(
        async () =>
          expect((await certificateOf(north, NORTH, port)).serialNumber).not.toBe(before.serialNumber),
        10_000,
      );
    const accounts = requestsOf(north).filter(
      ({ path, status }) => /sign-me-up/.test(path) && status === 201,
    );
    expect(accounts).toHaveLength(1);
    expect(await shell(northRelay(), 'systemctl list-units --failed --plain --no-legend')).toBe('');
  });

  const RENEWALS = 20;
  test(`${RENEWALS} renewals in a row drop no client, and memory does not grow`, async () => {
    const relay = literalRelay();
    const clients = await connectWaiting(relay, 24);
    await renewAgain(relay, 2); // after which all is as it stays
    const memory = await serverMemory(relay);
    const before = await certificateOf(literal, '');
    await renewAgain(relay, RENEWALS);
    await expect
      .poll(async () => (await certificateOf(literal, '')).serialNumber, { timeout: 10_000 })
      .not.toBe(before.serialNumber);
    expect([clients.cutOff(), await clients.answer()]).toEqual([0, 24]);
    expect(await serverMemory(relay)).toBeLessThan(memory + 15);
    expect(await shell(relay, 'ls /var/lib/acme/certs | wc -l; ls /var/lib/acme/keys | wc -l')).toBe('1\n1');
    clients.close();
  });

  test('an authority that is gone for too long: back to self-signed, and again, with clients connected', async () => {
    const [here, there] = [literalRelay(), twinRelay()];
    const clients = await connectWaiting(there, 8);
    const { user, password } = newLogin(here);
    const smtp = await connectSmtp(endpoint(here, 'submissions'));
    await smtp.logIn(user, password);
    const { user: to, password: code } = newLogin(there);
    const imap = await connectImap(endpoint(there, 'imaps'));
    await imap.logIn(to, code);
    await imap.require('SELECT INBOX');
    const idle = await imap.idle();
    const arrival = async (): Promise<void> => {
      while (!/EXISTS/.test(await idle.next()));
    };
    const send = async () => {
      const reply = await smtp.send({ from: user, to: [to], mail: await encryptedMail({ from: user, to }) });
      expect(reply.code).toBe(250);
    };
    const kind = async (): Promise<string | undefined> => (await stateOf(there)).certificate?.state;
    // nginx is told last
    const isTrusted = () =>
      certificateOf(twin, '', 443).then(
        () => true,
        () => false,
      );
    await send();
    await arrival();
    // It has ended, and there is no other.
    internet.authority.failNext(twin, Number.POSITIVE_INFINITY);
    await shell(
      there,
      `cd /var/lib/acme/live/${twin.address}
      openssl req -new -key privkey -subj / -out /tmp/request
      echo subjectAltName=IP:${twin.address} | openssl x509 -req -in /tmp/request -signkey privkey -days 0 -extfile /dev/stdin -out fullchain
      chatmail renew || true`,
    );
    await expect.poll(kind, { timeout: 20_000 }).toBe('self-signed');
    await expect.poll(isTrusted, { timeout: 20_000 }).toBe(false);
    expect((await stateOf(there)).certificate?.detail).toMatch(
      /, but the certificate authority does not answer/,
    );
    // Nobody else could show less, either: mail waits, and does not go by port 25.
    await send();
    await expect
      .poll(() => shell(here, 'postqueue -f; postqueue -j'), { timeout: 30_000, interval: 1000 })
      .toMatch(/does not show a trusted certificate/);
    internet.authority.failNext(twin, 0);
    await shell(
      there,
      `sed -i 's/"retryAt":[0-9]*/"retryAt":0/' /var/lib/chatmail/state.json; chatmail renew`,
    );
    await expect.poll(kind, { timeout: 20_000 }).toBe('valid');
    await expect.poll(isTrusted, { timeout: 20_000 }).toBe(true);
    expect([clients.cutOff(), await clients.answer()]).toEqual([0, 8]);
    for (const client of [clients, smtp, imap]) client.close();
  });

  test('behind NAT, the address that DNS has is learned, if it leads here', async () => {
    const look = async (address: string): Promise<State> => {
      const zone = await shell(southRelay(), 'chatmail dns');
      await internet.dns.publish(SOUTH, zone.replace(/^.* A .*$/m, `@ A ${address}`));
      await run(southRelay(), 'chatmail', 'renew');
      return stateOf(southRelay());
    };
    expect((await look(north.address)).addresses?.ipv4).toBe(south.address);
    // As a router before the machine would, the kernel takes what is sent there.
    await shell(southRelay(), 'ip address add 198.51.100.12/32 dev lo');
    const { addresses, dns } = await look('198.51.100.12');
    expect(addresses?.ipv4).toBe('198.51.100.12');
    expect(dns?.find(({ type }) => type === 'A')?.state).toBe('found');
  });

  test('a certificate kept by somebody else is read again when it changes', async () => {
    const relay = literalRelay();
    const make = (folder: string) =>
      `mkdir -p ${folder}; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=${folder.slice(5)} -keyout ${folder}/key.pem -out ${folder}/chain.pem 2> /dev/null`;
    const served = (port: number): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect({ host: relay.address, port, rejectUnauthorized: false }, () => {
          resolve(String(socket.getPeerCertificate().subject.CN));
          socket.destroy();
        });
        socket.once('error', reject);
      });
    const isServed = (name: string) =>
      Promise.all(
        [993, 465, 443].map((port) => vi.waitFor(async () => expect(await served(port)).toBe(name), 10_000)),
      );
    await shell(
      relay,
      `${make('/srv/one')}; ln -s one /srv/live
      echo 'tls_external_cert_and_key: [/srv/live/chain.pem, /srv/live/key.pem]' >> /etc/chatmail/chatmail.yaml
      chatmail configure`,
    );
    await isServed('one');
    expect((await stateOf(relay)).certificate).toMatchObject({ state: 'external' });
    await shell(relay, `${make('/srv/two')}; mv /srv/two/key.pem /srv/one/; mv /srv/two/chain.pem /srv/one/`);
    await isServed('two');
  });

  test('a failed challenge is explained, and the authority left alone for a while', async () => {
    const relay = literal.relay(EAST);
    const { console } = literal.machine;
    // Only the machine itself has a way to this address.
    await shell(
      relay,
      `ip address add 198.51.100.13/32 dev lo
      echo 'mail_domain: ${EAST}' > /etc/chatmail/chatmail.yaml; chatmail configure`,
    );
    const zone = await shell(relay, 'chatmail dns');
    await internet.dns.publish(EAST, zone.replace(/^.* A .*$/m, '@ A 198.51.100.13'));
    const refused = /chatmail: certificate: the certificate authority refused, it does not reach port 80/;
    await console.waitFor(refused);
    const { certificate } = await stateOf(relay);
    expect(certificate).toMatchObject({ state: 'failed', tries: 1 });
    expect(certificate?.retryAt).toBeGreaterThan(Date.now() / 1000);
    const before = requestsOf(literal);
    await shell(relay, 'systemctl restart chatmail-firstboot');
    await vi.waitFor(
      () => expect(console.lines.filter((line) => refused.test(line))).toHaveLength(2),
      30_000,
    );
    expect(requestsOf(literal)).toEqual(before);
  });
});
