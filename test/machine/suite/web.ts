import { execa } from 'execa';
import { expect, test } from 'vitest';
import { ask } from '../http-client.ts';
import { connectLines } from '../line-connection.ts';
import { addressDomain, endpoint, type Relay, run, shell } from '../relay.ts';

const SERVERS = [
  ['imap', 993, 'SSL'],
  ['imap', 143, 'STARTTLS'],
  ['imap', 443, 'SSL'],
  ['smtp', 465, 'SSL'],
  ['smtp', 587, 'STARTTLS'],
  ['smtp', 443, 'SSL'],
] as const;

const SERVER =
  /<(?:incoming|outgoing)Server type="(\w+)">\s*<hostname>(.*?)<\/hostname>\s*<port>(\d+)<\/port>\s*<socketType>(\w+)</g;

/** The pages, and what apps ask for, of a relay that signs its certificate itself. */
export const webSuite = (current: () => Relay): void => {
  test('the home page shows how to join', async () => {
    const { status, headers, body } = await ask(current(), '/');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(body).toContain(`<h1>${current().domain}</h1>`);
    expect(body).toContain('href="/join"');
  });

  test.each(['/', '/setup'])(
    '%s by HTTP is the setup page, which leads to HTTPS and says what will happen',
    async (path) => {
      const { status, headers, body } = await ask(current(), path, { isTls: false });
      expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      expect(body).toContain('<main class="setup ready">');
      // Without DNS it is its address that leads there.
      const { domain, address } = current();
      expect([domain, address]).toContain(/class="join" href="https:\/\/([^/]*)\/"/.exec(body)?.[1]);
      expect(body).toContain('Your browser will warn you');
      for (const [, url = ''] of body.matchAll(/(?:href|src)="(\/[^"]*)"/g))
        expect([url, (await ask(current(), url, { isTls: false })).status]).toEqual([url, 200]);
    },
  );

  test.each([
    ...['GET /new', 'POST /new', 'GET /join', 'POST /cgi-bin/newemail.py', 'GET /info'],
    ...['GET /.well-known/autoconfig/mail/config-v1.1.xml', 'GET /.well-known/mta-sts.txt', 'POST /mxdeliv'],
  ])('%s by HTTP leads to HTTPS and nothing else', async (line) => {
    const [method, path = ''] = line.split(' ') as ['GET' | 'POST', string];
    const { status, headers, body } = await ask(current(), path, {
      isTls: false,
      method,
      name: '192.0.2.9',
    });
    // A name that is not in DNS would lead nowhere.
    expect([status, headers.location]).toEqual([307, `https://192.0.2.9${path}`]);
    expect(body).not.toMatch(/password|dclogin/);
  });

  test('what proves to an authority that names lead here is there by HTTP', async () => {
    await shell(current(), 'echo proof > /run/acme/acme-challenge/token');
    const { status, body } = await ask(current(), '/.well-known/acme-challenge/token', { isTls: false });
    await shell(current(), 'rm /run/acme/acme-challenge/token');
    expect([status, body]).toEqual([200, 'proof\n']);
  });

  test('a certificate that browsers do not know is nothing to insist on', async () => {
    expect((await ask(current(), '/')).headers).not.toHaveProperty('strict-transport-security');
  });

  test.each(['/', '/info.html', '/privacy.html', '/info', '/privacy', '/join'])(
    '%s is complete, whole, and loads nothing from elsewhere',
    async (path) => {
      const { status, body } = await ask(current(), path);
      expect(status).toBe(200);
      expect(body).not.toMatch(/\{\{|undefined|NaN|\[object/);
      const loaded = [...body.matchAll(/<(?:link|img|script)[^>]*(?:href|src)="([^"]*)"/g)].map(
        ([, url]) => url,
      );
      expect(loaded).not.toHaveLength(0);
      for (const url of loaded) expect((await ask(current(), url ?? '')).status).toBe(200);
    },
  );

  test.each(['/nothing-here', '/metrics', '/collector'])('%s is not there and says so', async (path) => {
    const { status, body } = await ask(current(), path);
    expect(status).toBe(404);
    expect(body).toContain('<h1>');
  });

  test('POST /new gives a login that nobody has', async () => {
    const [first, second] = await Promise.all(
      ['/new', '/cgi-bin/newemail.py'].map(async (path) => {
        const { status, headers, body } = await ask(current(), path, { method: 'POST' });
        expect(status).toBe(200);
        expect(headers['content-type']).toBe('application/json');
        return JSON.parse(body) as { email: string; password: string; dclogin_url: string };
      }),
    );
    expect(first?.email).toMatch(/^[a-z0-9]{9}@/);
    expect(first?.email.split('@')[1]).toBe(addressDomain(current()));
    expect(first?.password.length).toBeGreaterThanOrEqual(20);
    expect(first?.dclogin_url).toBe(
      first?.dclogin_url.replace(
        /^dclogin:.*?\?p=\w+&v=1/,
        `dclogin:${first?.email}?p=${first?.password}&v=1`,
      ),
    );
    expect(first?.dclogin_url).toMatch(/&ic=3$/);
    expect(second?.email).not.toBe(first?.email);
  });

  test('GET /new leads to the page with a ready login', async () => {
    const { status, headers } = await ask(current(), '/new');
    expect([status, headers.location]).toEqual([302, '/join']);
  });

  test('/join shows a login as a code to scan and as a link', async () => {
    const { body } = await ask(current(), '/join');
    expect(body).toMatch(/href="dclogin:[a-z0-9]{9}@[^"]*&amp;v=1[^"]*&amp;ic=3"/);
    expect(body).toMatch(/<svg |<img [^>]*src=/);
  });

  test('autoconfig is well-formed and names every way in', async () => {
    const { status, headers, body } = await ask(current(), '/.well-known/autoconfig/mail/config-v1.1.xml');
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^(text|application)\/xml/);
    await execa('xmllint', ['--noout', '-'], { input: body });
    const { domain } = current();
    expect([...body.matchAll(SERVER)].map(([, ...server]) => server)).toEqual(
      SERVERS.map(([type, port, security]) => [type, domain, String(port), security]),
    );
  });

  test('a request in the absolute form, as the app sends it, is understood', async () => {
    const relay = current();
    // nginx refuses an underscore there, so that apps cannot ask a relay whose name starts with one.
    const host = relay.domain.replace(/^_/, '');
    const connection = await connectLines(endpoint(relay, 'https'));
    connection.write(`POST https://${host}/new HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 0\r\n\r\n`);
    expect(await connection.readLine()).toBe('HTTP/1.1 200 OK');
    connection.close();
  });

  test('the pages end when nobody asks, and no request is lost when they do', async () => {
    const relay = current();
    const pid = () => shell(relay, 'systemctl show -P MainPID chatmail-web');
    expect((await ask(relay, '/cgi-bin/newemail.py', { method: 'HEAD' })).status).toBe(405);
    const first = await pid();
    expect(first).not.toBe('0');
    // The same way as when nobody has asked for a while, and again and again while somebody does.
    const statuses: number[] = [];
    const ends: Promise<string>[] = [];
    const hammer = async () => {
      for (let i = 0; i < 40; i++) {
        statuses.push((await ask(relay, '/cgi-bin/newemail.py', { method: 'HEAD' })).status);
        if (statuses.length % 16 === 0)
          ends.push(shell(relay, 'systemctl kill --signal=TERM --kill-whom=main chatmail-web || true'));
      }
    };
    await Promise.all([1, 2, 3, 4].map(hammer));
    await Promise.all(ends);
    expect([...new Set(statuses)]).toEqual([405]);
    expect(await pid()).not.toBe(first);
    await shell(relay, 'systemctl stop chatmail-web.service 2>&1');
    expect((await run(relay, 'chatmail', 'status')).exitCode).toBe(0);
    expect(await shell(relay, 'systemctl list-units --failed --plain --no-legend "chatmail-*"')).toBe('');
    expect((await ask(relay, '/cgi-bin/newemail.py', { method: 'HEAD' })).status).toBe(405);
  });
};
