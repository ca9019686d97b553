import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { faultsOf, launchBrowser, picture } from '../browser.ts';
import { ask } from '../http-client.ts';
import { type Relay, shell } from '../relay.ts';

/** How people get an account on a relay that signs its certificate itself, in a real browser. */
export const joinPagesSuite = (current: () => Relay): void => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  // It counts by its memory.
  beforeEach(() => shell(current(), 'systemctl stop chatmail-web.service 2>&1'));

  const visit = async (path: string, look: (page: Page) => Promise<void>): Promise<void> => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    try {
      const page = await context.newPage();
      await page.goto(`https://${current().address}${path}`);
      await look(page);
      expect(await faultsOf(page)).toEqual([]);
    } finally {
      await context.close();
    }
  };

  test('the home page, and the setup page of a relay without DNS', async () => {
    await visit('/', async (page) => {
      expect(await page.getByText('Get an account', { exact: true }).getAttribute('href')).toBe('/join');
      await picture(page, 'home-self-signed');
    });
    await visit('/setup', (page) => picture(page, 'setup-self-signed'));
  });

  test('an account has a link to copy, and steps for every kind of device', async () => {
    await visit('/join', async (page) => {
      expect(await page.locator('summary').allInnerTexts()).toEqual(['iPhone', 'Android', 'Desktop']);
      const link = await page.locator('code').innerText();
      expect(link).toBe(await page.locator('a.join').getAttribute('href'));
      await page.getByText('Copy link').click();
      await page.evaluate('document.querySelector("main").append(document.createElement("textarea"))');
      await page.locator('textarea').focus();
      await page.keyboard.press('Control+V');
      expect(await page.locator('textarea').inputValue()).toBe(link);
      await page.evaluate('document.querySelector("textarea").remove()');
      await picture(page, 'join');
    });
  });

  test('who asks for too many is told so, and who finds the relay closed', async () => {
    const relay = current();
    for (let n = 0; n < 41; n++) await ask(relay, '/cgi-bin/newemail.py', { method: 'POST' });
    await visit('/join', async (page) => {
      expect(await page.textContent('h1')).toBe('Too many new accounts');
      await picture(page, 'join-too-many');
    });
    await shell(relay, 'chatmail create off; systemctl stop chatmail-web.service 2>&1');
    await visit('/join', async (page) => {
      expect(await page.textContent('main')).toContain('closed by the operator');
      await picture(page, 'join-closed');
    });
    await shell(relay, 'until [ -e /run/chatmail/sign-up/closed.html ]; do sleep 0.1; done');
    await visit('/', async (page) => {
      expect(await page.textContent('main')).toContain('closed by the operator');
      await picture(page, 'home-closed');
    });
    await shell(relay, 'chatmail create on');
    await shell(relay, 'while [ -e /run/chatmail/sign-up/closed.html ]; do sleep 0.1; done');
  });

  test('a page that cannot be made is one in our style, and a machine gets the status', async () => {
    const relay = current();
    await shell(relay, 'systemctl stop chatmail-web.socket chatmail-web.service 2>&1');
    await visit('/join', async (page) => expect(await page.textContent('h1')).toBe('Try again soon'));
    expect((await ask(relay, '/new', { method: 'POST' })).status).toBe(502);
    await shell(relay, 'systemctl start chatmail-web.socket');
  });

  test.each([
    ['/favicon.ico', 'image/svg+xml', '<svg '],
    ['/robots.txt', 'text/plain; charset=utf-8', 'User-agent: *'],
  ])('%s is there', async (path, type, start) => {
    const { status, headers, body } = await ask(current(), path);
    expect([status, headers['content-type']]).toEqual([200, type]);
    expect(body).toContain(start);
  });
};
