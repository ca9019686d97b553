import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CheckedRecord } from '../../src/dns/compare.ts';
import { type Machine, SERVICE_PORTS } from '../../src/lab/machine.ts';
import { bootContainer } from '../../src/lab/nspawn.ts';
import { relayOutcome } from '../../src/lab/readiness.ts';
import { cachedTree } from '../../src/lab/tree-cache.ts';
import { setupPage } from '../../src/relay/readiness/setup-page.ts';
import type { State } from '../../src/relay/readiness/state.ts';
import { faultsOf, launchBrowser, picture } from './browser.ts';
import { TAR } from './images.ts';
import { shell } from './relay.ts';

const PHONE = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' } as const;

const DOMAIN = 'chat.example.org';
const DKIM = `v=DKIM1;k=rsa;p=${'MIIBIjANBgkqhkiG9w0B'.repeat(19)};s=email;t=s`;
const record = (
  type: CheckedRecord['type'],
  value: string,
  state: CheckedRecord['state'],
  more: Partial<CheckedRecord> = {},
) => ({
  ...{ name: DOMAIN, type, value, state, isRequired: true, zone: 'example.org' },
  ...more,
});
const WAITING: State = {
  state: 'waiting',
  step: 'DNS does not point here yet: publish the records below',
  domain: DOMAIN,
  address: '198.51.100.7',
  cloud: 'hetzner',
  sources: { mail_domain: 'user-data' },
  port25: 'blocked',
  certificate: { state: 'placeholder', detail: 'self-signed, until the authority issues one' },
  dns: [
    record('A', '198.51.100.7', 'found'),
    record('AAAA', '2001:db8::7', 'missing'),
    record('MX', `10 ${DOMAIN}.`, 'different', { found: ['20 mail.<example>.net.'] }),
    record('CNAME', `${DOMAIN}.`, 'unknown', { name: `www.${DOMAIN}` }),
    record('TXT', DKIM, 'missing', { name: `opendkim._domainkey.${DOMAIN}` }),
    record('TXT', 'v=spf1 a ~all', 'missing', { isRequired: false }),
  ],
  since: 0,
};
/** The same relay once everything is there. */
const DONE: State = {
  ...WAITING,
  state: 'ready',
  step: 'ready',
  port25: 'open',
  certificate: { state: 'valid', detail: 'until 2027-02-01' },
  dns: (WAITING.dns ?? []).map((wanted) => ({ ...wanted, state: 'found' as const, found: [] })),
};

/** There is no public DNS here that could ever have what the relay waits for, and no authority: it has seen both. */
const BECOME_READY = `systemctl stop chatmail-firstboot
node -e 'const { readFileSync, writeFileSync } = require("node:fs"), path = "/var/lib/chatmail/state.json";
  const dns = [{ name: "x", type: "A", value: "x", isRequired: true, state: "found" }];
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), dns }))'
cp -L /var/lib/chatmail/tls/fullchain /etc/ssl/certs/ours.pem
cp -L /var/lib/chatmail/tls/privkey /etc/ssl/private/ours.key
chatmail configure --set 'tls_external_cert_and_key=/etc/ssl/certs/ours.pem /etc/ssl/private/ours.key'`;

let machine: Machine;
let browser: Browser;
beforeAll(async () => {
  const userData =
    '#cloud-config\nchatmail:\n  mail_domain: https://chat.example.org/\n  secret_word: xyzzy\n  max_load_1m: 1000\n';
  machine = await bootContainer({ tree: await cachedTree(TAR), userData: Buffer.from(userData) });
  browser = await launchBrowser({ [DOMAIN]: machine.address });
});
afterAll(async () => {
  await browser?.close();
  await machine?.remove();
});

const inside = (script: string) => {
  const { exec = [], address } = machine;
  return shell({ state: '', address, domain: '', ports: SERVICE_PORTS, exec }, script);
};

/** Opens a page of the relay, and holds it to what every page must keep to. */
const visit = async (
  path: string,
  options: BrowserContextOptions,
  look: (page: Page) => Promise<void>,
): Promise<void> => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  try {
    const page = await context.newPage();
    const origin = `http://${machine.address}`;
    const home = `https://${DOMAIN}`;
    const complaints: string[] = [];
    page.on('request', (request) => {
      if (![origin, home].includes(new URL(request.url()).origin)) complaints.push(request.url());
    });
    // That a page is an error is what its status says; what it loads must be there.
    page.on('console', (message) => {
      if (message.location().url !== page.url()) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(origin + path);
    await look(page);
    if (options.javaScriptEnabled !== false) expect(await faultsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
};
/** Puts the page of a state where the relay puts it, and as the relay does: whole or not at all. */
const show = (state: State) =>
  inside(`cd /run/chatmail/www; cat > new <<'END'\n${setupPage(state)}END\nmv new index.html`);

const correct = async (from: string, to: string) => {
  await inside(`sed -i 's|${from}|${to}|' /var/lib/cloud/seed/nocloud/user-data`);
  await machine.stop();
  await machine.boot();
  return relayOutcome(machine.console);
};

test('with wrong settings it says what is wrong, and quotes nothing', async () => {
  expect(await relayOutcome(machine.console)).toMatchObject({ state: 'error' });
  await visit('/', {}, async (page) => {
    expect(await page.textContent('h1')).toBe('Something is wrong');
    const said = await page.textContent('pre');
    expect(said).toContain('user-data:3:16: error: `mail_domain` must be a domain');
    expect(said).toContain('user-data:4:3: error: there is no such setting');
    expect(await page.content()).not.toMatch(/xyzzy|secret_word/);
    await picture(page, 'error');
  });
});

test('what the user wrote is for root: not in the journal, on the console or above the login prompt', async () => {
  expect(
    await inside('journalctl --boot --all --no-pager --output=cat | grep -cE "xyzzy|secret_word" || true'),
  ).toBe('0');
  expect(await inside('grep -cE "xyzzy|secret_word" /run/issue.d/chatmail.issue || true')).toBe('0');
  expect(machine.console.text).not.toMatch(/xyzzy|secret_word/);
  expect(await inside('stat -c %a /var/lib/chatmail/state.json')).toBe('600');
  expect(await inside('chatmail status || true')).toContain('  4 |   secret_word: xyzzy');
});

test('after the correction it says what the relay waits for', async () => {
  await inside(`sed -i '/secret_word/d' /var/lib/cloud/seed/nocloud/user-data`);
  expect(await correct('https://chat.example.org/', DOMAIN)).toMatchObject({ state: 'waiting' });
  for (const path of ['/', '/setup'])
    await visit(path, {}, async (page) => {
      expect(await page.textContent('h1')).toBe('Almost there');
      expect(await page.textContent('header p')).toContain(`${DOMAIN} · ${machine.address}`);
    });
});

test('it shows every record, the certificate and port 25, and news by itself', async () => {
  await show(WAITING);
  await visit('/', {}, async (page) => {
    expect(await page.textContent('.step')).toBe(`Add the 3 DNS records below where you manage ${DOMAIN}.`);
    expect(await page.locator('li').count()).toBe(6);
    expect(await page.locator('li:visible').count()).toBe(5);
    expect(await page.locator('li em').allTextContents()).toEqual([
      'found',
      'missing',
      'different',
      'no answer',
      'missing',
      'missing',
    ]);
    expect(await page.locator('h2 small').allInnerTexts()).toEqual(['1 of 5 found', 'temporary', 'blocked']);
    expect(await page.locator('s').allInnerTexts()).toEqual(['20 mail.<example>.net.']);
    expect(await page.textContent('section:last-child p')).toContain('Hetzner Console');
    await picture(page, 'waiting');
    await show({ ...WAITING, dns: (WAITING.dns ?? []).slice(0, 1) });
    await page.getByText('all found').waitFor();
    expect(await page.locator('li').count()).toBe(1);
  });
});

test('every name and value has a button that copies it', async () => {
  await show(WAITING);
  await visit('/', {}, async (page) => {
    await page.locator('summary').click();
    const texts = await page.locator('code').allInnerTexts();
    for (const text of [DKIM, 'opendkim._domainkey.chat', `opendkim._domainkey.${DOMAIN}`])
      expect(texts).toContain(text);
    await page.evaluate('document.body.append(document.createElement("textarea"))');
    const field = page.locator('textarea');
    for (const [n, text] of texts.entries()) {
      const button = page.locator('button').nth(n);
      await button.click();
      expect(await button.innerText()).toBe('Copied');
      await field.fill('');
      await field.focus();
      await page.keyboard.press('Control+V');
      expect(await field.inputValue()).toBe(text);
    }
    await page.evaluate('document.querySelector("textarea").remove()');
  });
});

test('on a phone nothing is cut off', async () => {
  await show(WAITING);
  await visit('/', { ...PHONE, isMobile: true, hasTouch: true }, async (page) => {
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.viewport.width);
    for (const button of await page.locator('button').all())
      expect(await button.boundingBox()).toSatisfy(
        (box) => box === null || (box.x > 0 && box.x + box.width < 360),
      );
    await picture(page, 'waiting-phone');
  });
});

test('without scripts it loads itself anew, and the home page when the relay is ready', async () => {
  await show(WAITING);
  await visit('/', { ...PHONE, javaScriptEnabled: false }, async (page) => {
    expect(await page.locator('button').count()).toBe(0);
    await picture(page, 'waiting-no-scripts');
    await show({ ...WAITING, dns: (WAITING.dns ?? []).slice(0, 1) });
    await page.getByText('the certificate is on its way').waitFor();
  });
});

test('it turns into the home page when the relay is ready, and stays at /setup', async () => {
  await show(WAITING);
  await visit('/', PHONE, async (page) => {
    await page.getByText('Almost there').waitFor();
    await inside(BECOME_READY);
    await page.getByText('Join with Delta Chat', { exact: true }).waitFor();
    expect([await page.textContent('h1'), page.url()]).toEqual([DOMAIN, `https://${DOMAIN}/`]);
    expect(await page.getByText('Setup').getAttribute('href')).toBe('/setup');
    expect(await page.evaluate('document.querySelector("figure img").naturalWidth > 0')).toBe(true);
    await picture(page, 'ready-phone');
  });
  await inside('systemctl stop chatmail-firstboot');
  await inside(`cat > /run/chatmail/www/setup.html <<'END'\n${setupPage(DONE)}END`);
  await visit('/setup', {}, async (page) => {
    expect(await page.textContent('h1')).toBe('Ready');
    expect(await page.locator('.bad, .wait').count()).toBe(0);
    await picture(page, 'setup-ready');
    await page.getByText('Open the home page').click();
    expect(await page.textContent('h1')).toBe(DOMAIN);
  });
});

test('what is folded stays as it is when there is news', async () => {
  await inside(`cat > /run/chatmail/www/setup.html <<'END'\n${setupPage(WAITING)}END`);
  await visit('/setup', {}, async (page) => {
    await page.locator('summary').click();
    await inside(`cat > /run/chatmail/www/setup.html <<'END'\n${setupPage(DONE)}END`);
    await page.getByText('all found').first().waitFor();
    expect(await page.locator('details').getAttribute('open')).toBe('');
  });
});

test('the zone is downloaded as a file', async () => {
  await visit('/setup', {}, async (page) => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByText('Download').click()]);
    expect(file.suggestedFilename()).toBe(`${DOMAIN}.zone`);
    expect(await readFile(await file.path(), 'utf8')).toContain('3600 IN MX    10 chat.example.org.\n');
  });
});

test.each([
  ['/', 'Scan Invitation Code'],
  ['/info', 'About this relay'],
  ['/privacy', 'Privacy policy'],
  ['/nothing-here', 'Page not found'],
  ['/error', 'Try again soon'],
])('%s is a page that everybody can use', async (path, text) => {
  await visit(path, {}, async (page) => {
    expect(await page.textContent('body')).toContain(text);
    await picture(page, `page${path.replace('/', '-')}`);
  });
});

test('the link to join with is there to be copied', async () => {
  await visit('/', {}, async (page) => {
    await page.getByText('Copy link').click();
    expect(await page.locator('.copy button').innerText()).toBe('Copied');
  });
});
