import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLOUDS } from '../../src/model/clouds/all.ts';
import { wayOf } from '../../src/model/clouds/steps.ts';
import { TEXT_MAKER } from '../../src/package/paths.ts';
import type { ReleaseFacts } from '../../src/text-maker/release-facts.ts';
import { renderTextMaker } from '../../src/text-maker/render-text-maker.ts';
import { runProgram } from '../run-program.ts';
import { serveFolder } from '../serve-folder.ts';
import { faultsOf, launchBrowser, picture } from './browser.ts';

const RELEASE = 'https://chatmail.example.org/release';
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ me@example.org';
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const;

let folder: string;
let server: Awaited<ReturnType<typeof serveFolder>>;
let browser: Browser;
let facts: ReleaseFacts;

/** Runs the program, as in a shell. */
const run = async (...args: readonly string[]): Promise<string> => {
  const { status, stdout, stderr } = await runProgram(args, folder, { program: 'chatmail-image' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
};

/** A page with these facts, on the disk. */
const pageWith = async (name: string, its: ReleaseFacts): Promise<string> => {
  const page = renderTextMaker(await readFile(TEXT_MAKER, 'utf8'), its);
  await writeFile(join(folder, name), page);
  return pathToFileURL(join(folder, name)).href;
};

const pageWithoutUrl = (): Promise<string> => {
  const { url: _, ...rest } = facts;
  return pageWith('no-url.html', rest);
};

const onDisk = () => pathToFileURL(join(folder, 'release/index.html')).href;
const onWeb = () => `${server.url}release/`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'text-maker-'));
  // nginx's workers are somebody else.
  await execa('chmod', ['755', folder]);
  // Signed: its text carries a package that knows the archive.
  await run('release', '--new-key', 'key.asc');
  await run('release', '--without-images', '-o', 'release', '--url', RELEASE, '--key', 'key.asc');
  await writeFile(join(folder, 'key.pub'), `${KEY}\n`);
  const page = await readFile(join(folder, 'release/index.html'), 'utf8');
  facts = JSON.parse(/id="release">(.*?)<\/script>/.exec(page)?.[1] ?? '');
  // A server that is as strict as the page.
  const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
  await mkdir(join(folder, 'nginx'));
  server = await serveFolder(folder, join(folder, 'nginx'), {
    headers: { 'Content-Security-Policy': policy },
  });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Opens the page; it may neither ask for anything else nor complain. */
const visit = async <T>(
  url: string,
  options: BrowserContextOptions,
  look: (page: Page) => Promise<T>,
): Promise<T> => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const found: string[] = [];
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && request.url().split('#')[0] !== url.split('#')[0])
      found.push(`asked for ${request.url()}`);
  });
  page.on('console', (message) => found.push(message.text()));
  page.on('pageerror', ({ message }) => found.push(message));
  try {
    await page.goto(url);
    const result = await look(page);
    expect(found).toEqual([]);
    return result;
  } finally {
    await context.close();
  }
};

const textOn = (page: Page): Promise<string> => page.locator('#text').inputValue();
const choose = (page: Page, value: string) => page.locator(`input[type=radio][value=${value}]`).check();
const statusOn = (page: Page) => page.locator('.size').innerText();

describe.each([
  ['the disk', onDisk, () => [RELEASE]],
  ['a web server', onWeb, () => [`${server.url}release`, RELEASE]],
] as const)('from %s', (_, address, sources) => {
  const sourcesGiven = () => sources().flatMap((source) => ['--source', source]);

  test('every provider gets the text of the command line, byte for byte', async () => {
    const differing = await visit(address(), {}, async (page) => {
      const found: string[] = [];
      for (const cloud of CLOUDS) {
        await choose(page, cloud.name);
        const script = wayOf(cloud) === 'script' ? ['--script'] : [];
        const wanted = await run(
          'user-data',
          '--base',
          'debian',
          '--provider',
          cloud.name,
          '--packages',
          'release',
          ...sourcesGiven(),
          ...script,
        );
        if ((await textOn(page)) !== wanted) found.push(cloud.name);
      }
      return found;
    });
    expect(differing).toEqual([]);
  });

  test('and with a domain, a key and settings', async () => {
    const given = {
      max_mailbox_size: '1G',
      disable_ipv6: 'true',
      push_gateway: '',
      registration: 'invite',
      privacy_postal: 'Straße 1 "x" ${y}',
    };
    const wanted = await run(
      ...['user-data', '--base', 'debian', '--provider', 'aws', '--packages', 'release', ...sourcesGiven()],
      ...['--ssh-key', 'key.pub', '--set', 'mail_domain=chat.example.org'],
      ...Object.entries(given).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    );
    const text = await visit(address(), {}, async (page) => {
      await choose(page, 'aws');
      await choose(page, 'own');
      expect(await statusOn(page)).toBe('Enter your domain above.');
      await page.getByLabel('Domain', { exact: true }).fill('chat.example.org');
      await page.getByLabel('Public key').fill(`# mine\n${KEY}\n`);
      await page.getByText('All settings').click();
      await page.locator('#max_mailbox_size').fill(given.max_mailbox_size);
      await page.locator('#registration').selectOption('invite');
      await page.locator('#disable_ipv6').check();
      await page.locator('#push_gateway-empty').check();
      await page.locator('#privacy_postal').fill(given.privacy_postal);
      expect(await page.locator('summary small').innerText()).toBe('5 changed');
      return textOn(page);
    });
    expect(text).toBe(wanted);
  });

  test.each([
    ['short', []],
    // The command line chooses by itself: what it does for a provider that takes this much.
    ['whole', ['--provider', 'google']],
    ['script', ['--script']],
  ] as const)('for another provider: %s', async (form, more) => {
    const given = ['--packages', 'release', ...sourcesGiven(), ...more];
    const wanted = await run('user-data', '--base', 'debian', ...given);
    const text = await visit(address(), {}, async (page) => {
      await choose(page, 'other');
      await choose(page, form);
      return textOn(page);
    });
    expect(text).toBe(wanted);
  });
});

test('the text can be copied, downloaded, and made again from a link, but for the key', async () => {
  const link = await visit(onWeb(), { acceptDownloads: true }, async (page) => {
    await choose(page, 'hetzner');
    await page.getByLabel('Public key').fill(KEY);
    await choose(page, 'own');
    const name = page.getByLabel('Domain', { exact: true });
    await name.fill('chat.example.org');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByText('Download', { exact: true }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('relay.txt');
    expect(await readFile(await file.path(), 'utf8')).toBe(await textOn(page));
    const keys = page.getByLabel('Public key');
    const button = page.locator('.result .main');
    await button.click();
    expect(await button.innerText()).toBe('Copied');
    const text = await textOn(page);
    await keys.fill('');
    await keys.focus();
    await page.keyboard.press('Control+V');
    expect(await keys.inputValue()).toBe(text);
    await keys.fill(KEY);
    await page.getByText('Copy a link').click();
    await name.focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+V');
    return name.inputValue();
  });
  expect(link).toBe(`${onWeb()}#provider=hetzner&mail_domain=chat.example.org`);
  const text = await visit(link, {}, async (page) => {
    expect(await page.locator('.linked').innerText()).toContain('come from a link');
    return textOn(page);
  });
  expect(text).toContain('mail_domain: chat.example.org');
  expect(text).not.toContain('ssh-ed25519');
});

test('the checklist is that of the provider', async () =>
  visit(onDisk(), {}, async (page) => {
    await choose(page, 'hetzner');
    const titles = () => page.locator('.checklist label').allInnerTexts();
    expect(await titles()).toEqual([
      'Paste it',
      'Open the ports',
      'Port 25 and reverse DNS',
      'Open the relay',
    ]);
    expect(await page.locator('.checklist').innerText()).toContain(
      'Send a limit request in the Hetzner Console',
    );
    await choose(page, 'own');
    await page.getByLabel('Domain', { exact: true }).fill('chat.example.org');
    expect((await titles())[2]).toBe('Add DNS records');
    expect(await page.locator('.checklist pre').innerText()).toContain('3600 IN MX    10 chat.example.org.');
    await page.getByLabel('Paste it').check();
    await page.getByText('All settings').click();
    await page.locator('#max_mailbox_size').fill('1G');
    await page.getByLabel('Domain', { exact: true }).fill('mail.example.org');
    expect(await page.locator('.checklist pre').innerText()).toContain('mail.example.org.');
    expect(await page.getByLabel('Paste it').isChecked()).toBe(true);
    expect(await page.getByLabel('Open the ports').isChecked()).toBe(false);
    await choose(page, 'netcup');
    expect(await page.locator('.checklist').innerText()).toContain('ssh root@ADDRESS sh relay.txt');
    expect(await page.getByLabel('Public key').isVisible()).toBe(false);
  }));

test('mistakes are said where they are, in the words of the command line', async () =>
  visit(onDisk(), {}, async (page) => {
    await choose(page, 'aws');
    await choose(page, 'own');
    const name = page.getByLabel('Domain', { exact: true });
    await name.fill('chat');
    expect(await page.locator('#mail_domain-wrong').innerText()).toBe(
      'mail_domain must be a domain or an IPv4 address, not a single word – write for example chat.example.org',
    );
    expect(await page.locator('#text').isVisible()).toBe(false);
    await name.fill('chat.example.org');
    await page.getByLabel('Public key').fill('-----BEGIN OPENSSH PRIVATE KEY-----');
    expect(await page.locator('#ssh-keys-wrong').innerText()).toContain('This is a private key');
    await page.getByLabel('Public key').fill('');
    await page.getByText('All settings').click();
    await page.locator('#max_mailbox_size').fill('500 MB');
    await page.getByText('All settings').click();
    await page.getByRole('button', { name: 'Show it' }).click();
    expect(await page.evaluate('document.activeElement.id')).toBe('max_mailbox_size');
    expect(await page.locator('#max_mailbox_size-wrong').innerText()).toContain('did you mean 500M?');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('500M');
    expect(await statusOn(page)).toContain('of the 16,384 bytes');
  }));

test('a page on the disk that knows no address says so, and takes one', async () => {
  const wanted = await run(
    ...['user-data', '--base', 'debian', '--provider', 'hetzner', '--packages', 'release'],
    ...['--source', 'https://relay.example/start'],
  );
  await visit(await pageWithoutUrl(), {}, async (page) => {
    await choose(page, 'hetzner');
    expect(await statusOn(page)).toContain('does not know where machines can download the relay from');
    const address = page.getByLabel('Address to download from');
    await address.fill('https://relay.example/start/');
    expect(await textOn(page)).toBe(wanted);
    await address.fill('relay.example');
    expect(await statusOn(page)).toBe('There is no text yet.');
    expect(await page.locator('.notes').innerText()).toContain(
      '"relay.example" is not the http or https URL',
    );
    // What fits in one piece needs no address.
    await address.fill('');
    await choose(page, 'google');
    expect((await textOn(page)).length).toBeGreaterThan(50_000);
  });
});

test('a page on this computer says that no machine elsewhere can download from it', async () => {
  await pageWithoutUrl();
  await visit(`${server.url}no-url.html`, {}, async (page) => {
    await choose(page, 'hetzner');
    expect(await page.locator('.notes').innerText()).toContain('other machines cannot reach');
  });
  await visit(onWeb(), {}, async (page) => {
    await choose(page, 'hetzner');
    expect(await page.locator('.notes').innerText()).toContain(RELEASE);
    expect(await page.locator('.notes').innerText()).not.toContain('cannot reach');
  });
});

test('a page without packages says where there is one with them', async () =>
  visit(pathToFileURL(TEXT_MAKER).href, {}, async (page) => {
    await choose(page, 'aws');
    expect(await statusOn(page)).toContain('contains no relay');
    expect(await page.locator('#text').isVisible()).toBe(false);
  }));

test('without scripts it says that it needs them', async () =>
  visit(onDisk(), { javaScriptEnabled: false }, async (page) => {
    expect(await page.innerText('main')).toContain('This page needs JavaScript');
    await picture(page, 'text-maker-no-scripts');
  }));

test('a keyboard is enough, and one sees where one is', async () =>
  visit(onDisk(), {}, async (page) => {
    const press = async (...keys: readonly string[]) => {
      for (const key of keys) await page.keyboard.press(key);
      // A card shows where its radio button would.
      const outline = await page.evaluate<string>(
        'getComputedStyle(document.activeElement.closest(".card") ?? document.activeElement).outlineStyle',
      );
      return [
        outline,
        await page.evaluate<string>('document.activeElement.value || document.activeElement.innerText'),
      ];
    };
    expect(await press('Tab', 'Tab', 'Tab')).toEqual(['solid', '']);
    await page.keyboard.type('hetz');
    expect(await page.locator('#search + .hint').innerText()).toBe('1 found');
    expect(await press('Enter')).toEqual(['solid', 'hetzner']);
    expect(await press('Tab')).toEqual(['solid', 'none']);
    expect(await press('ArrowRight')).toEqual(['solid', 'own']);
    expect(await press('Tab')).toEqual(['solid', '']);
    await page.keyboard.type('chat.example.org');
    expect(await press('Tab')).toEqual(['solid', '']);
    expect(await press('Tab')).toEqual(['solid', 'How to make a key']);
    expect((await press('Tab'))[1]).toContain('All settings');
    expect((await press('Tab'))[1]).toContain('#cloud-config');
    expect(await press('Tab')).toEqual(['solid', 'Copy']);
    expect(await press('Enter')).toEqual(['solid', 'Copied']);
    expect(await press('Tab')).toEqual(['solid', 'Download']);
    expect(await press('Tab')).toEqual(['solid', 'Copy a link to these choices']);
    expect(await press('Tab')).toEqual(['solid', 'on']);
    await press('Space');
    expect(await page.getByLabel('Paste it').isChecked()).toBe(true);
  }));

test.each([
  ['a provider that is script', '#provider=<script>hacked=1</script>'],
  [
    'settings that are HTML',
    '#provider=aws&mail_domain=<img/src=x onerror=hacked=1>&privacy_postal="><svg onload=hacked=1>',
  ],
  ['names that are HTML', '#<img src=x onerror=hacked=1>=1&<svg/onload=hacked=1>=`<b>`'],
  ['names of every object', '#__proto__=1&constructor=2&provider=__proto__&form=toString&hasOwnProperty=3'],
  ['JSON that is not complete', '#{"provider":{"provider":'],
  ['escapes that are none', '#provider=%&mail_domain=%ff%u0000'],
  ['control characters', '#provider=aws&privacy_postal=a%00b%0Ac%E2%80%AEd'],
  ['a link to another page', '#provider=aws&acme_directory=javascript:hacked=1'],
  ['many settings', `#${'mail_domain=a&'.repeat(500)}`],
])('a link with %s does nothing', async (_, fragment) =>
  visit(`${onDisk()}${fragment}`, {}, async (page) => {
    expect(await page.evaluate('typeof hacked')).toBe('undefined');
    expect(await page.locator('main img, main svg, main b:not(.card b), main script').count()).toBe(0);
    expect(await page.locator('.linked').innerText()).not.toBe('');
    await choose(page, 'hetzner');
    await choose(page, 'none');
    expect(await page.locator('h2').count()).toBe(6);
  }),
);

test('a link of a megabyte says nothing', async () =>
  visit(onDisk(), {}, async (page) => {
    await page.evaluate('location.hash = "mail_domain=" + "x".repeat(1e6)');
    await page.getByText('This page does not know: 1000013 characters').waitFor();
    expect(await page.locator('#mail_domain').inputValue()).toBe('');
  }));

test('a link that sets something shows it', async () =>
  visit(`${onDisk()}#provider=aws&acme_directory=https://evil.example/&iroh_relay=`, {}, async (page) => {
    expect(await page.locator('#acme_directory').isVisible()).toBe(true);
    expect(await page.locator('summary small').innerText()).toBe('2 changed');
    expect(await page.locator('#iroh_relay').isDisabled()).toBe(true);
    await page.evaluate('location.hash = "#provider=vultr"');
    await expect.poll(() => page.locator('#acme_directory').inputValue()).toBe('');
    expect(await page.locator('input[value=vultr]').isChecked()).toBe(true);
  }));

test('the facts of a release are text', async () => {
  const version = '</script><img src=x onerror=hacked=1><!--';
  const packages = [{ name: "x';reboot;'.deb", sha256: '<b>', size: 1 }];
  await visit(await pageWith('hostile.html', { ...facts, version, packages }), {}, async (page) => {
    expect(await page.locator('#about span').innerText()).toBe(`Version ${version}`);
    await choose(page, 'hetzner');
    expect(await page.locator('.notes').innerText()).toContain('is not pinned');
    expect(await page.evaluate('typeof hacked')).toBe('undefined');
  });
});

describe('everybody can use it', () => {
  const STATES: readonly (readonly [string, string])[] = [
    ['start', ''],
    ['script', '#provider=netcup'],
    ['chosen', '#provider=hetzner&mail_domain=chat.example.org'],
    ['other', '#provider=other&turn=true&max_mailbox_size=1G'],
    ['wrong', '#provider=aws&mail_domain=chat&max_mailbox_size=500%20MB&unknown=1'],
  ];

  test.each(STATES)('when it is as in %s', async (name, fragment) =>
    // axe's own program is not in the page's policy.
    visit(`${onDisk()}${fragment}`, { bypassCSP: true }, async (page) => {
      expect(await faultsOf(page)).toEqual([]);
      await page.setViewportSize({ width: 320, height: 640 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.emulateMedia({ colorScheme: 'light' });
      await picture(page, `text-maker-${name}`);
    }),
  );

  test('on a phone in the dark', async () =>
    visit(
      `${onDisk()}#provider=hetzner&mail_domain=chat.example.org`,
      { ...PHONE, colorScheme: 'dark' },
      async (page) => {
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
        await picture(page, 'text-maker-phone');
      },
    ));

  test('where nothing can be made', async () =>
    visit(await pageWithoutUrl(), { bypassCSP: true }, async (page) => {
      await choose(page, 'hetzner');
      expect(await faultsOf(page)).toEqual([]);
    }));
});
