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
  test.each([true, false])('the home page shows how to join (TLS: %s)', async (isTls) => {
    const { status, headers, body } = await ask(current(), '/', { isTls });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(body).toContain(`<h1>${current().domain}</h1>`);
    expect(body).toContain('href="/join"');
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
