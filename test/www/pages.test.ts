import { expect, test } from 'vitest';
import { type Settings, withDefaults } from '../../src/config/schema.ts';
import { modelOf } from '../../src/model/model.ts';
import { loadTemplates } from '../../src/render/load-templates.ts';
import { renderFiles } from '../../src/render/render.ts';

const TEMPLATES = loadTemplates('www', '/');
const PRIVACY = {
  privacy_postal: 'Jane Doe & Co\n<b>Street</b> 1',
  privacy_mail: 'privacy@example.org',
  privacy_pdo: 'John Doe',
  privacy_supervisor: 'The Authority',
};
const pagesOf = (mail_domain: string, settings: Partial<Settings> = {}): ReadonlyMap<string, string> =>
  new Map(
    renderFiles(modelOf({ ...withDefaults(settings), mail_domain }), TEMPLATES).map(({ path, content }) => [
      path,
      content,
    ]),
  );
const page = (path: string, domain = 'chat.example', settings: Partial<Settings> = {}): string =>
  pagesOf(domain, settings).get(path) ?? '';
const attributes = (html: string, pattern: RegExp) => [...html.matchAll(pattern)].map(([, value]) => value);

/** Made elsewhere: the QR code by `chatmail configure`, the others by the web service. */
const MADE = ['/', '/join.svg', '/join'];

test.each(['chat.example', '_chat.example', '192.0.2.1'])('the pages of %s', (domain) => {
  const pages = pagesOf(domain, PRIVACY);
  expect([...pages.keys()].sort()).toEqual([
    '/.well-known/autoconfig/mail/config-v1.1.xml',
    '/.well-known/mta-sts.txt',
    '/404.html',
    '/copy.js',
    '/error.html',
    '/index.html',
    '/info.html',
    '/logo.svg',
    '/privacy.html',
    '/robots.txt',
    '/style.css',
  ]);
  for (const [path, content] of pages) {
    if (!path.endsWith('.html')) continue;
    expect(content).not.toMatch(/<script(?! src="\/copy.js" defer>)|<style|style=|\son\w+=|undefined|NaN/);
    const loaded = attributes(content, /(?:src|<link rel="\w+" href)="([^"]*)"/g);
    const linked = attributes(content, /href="(\/[^"]*)"/g);
    for (const target of [...loaded, ...linked]) expect([...pages.keys(), ...MADE]).toContain(target);
  }
});

test.each([
  ['chat.example', 'DCACCOUNT:chat.example', '/join.svg'],
  ['_chat.example', '/join', undefined],
  ['192.0.2.1', '/join', undefined],
])('on %s one joins by %s', (domain, link, picture) => {
  const home = page('/index.html', domain);
  expect(attributes(home, /class="join" href="([^"]*)"/g)).toEqual([link]);
  expect(attributes(home, /<figure>\s*<img src="([^"]*)"/g)).toEqual(picture === undefined ? [] : [picture]);
});

test('limits come from the settings', () => {
  const values = { max_message_size: 7_000_000, max_mailbox_size: 123 * 1024 * 1024, delete_mails_after: 77 };
  const info = page('/info.html', 'chat.example', values);
  for (const shown of ['<dd>up to 7 MB', '<dd>123 MB', '<dd>77 days', 'chat.example:993'])
    expect(info).toContain(shown);
});

test('the privacy policy names whom the settings name, as text', () => {
  const policy = page('/privacy.html', 'chat.example', PRIVACY);
  expect(policy).not.toContain('<b>');
  for (const shown of [
    'Jane Doe &#38; Co\n&#60;b',
    'mailto:privacy@example.org',
    'John Doe',
    'The Authority',
  ])
    expect(policy).toContain(shown);
});

test('the privacy policy makes sense where the settings name nobody', () => {
  const policy = page('/privacy.html');
  expect(policy).toContain('The people who run chat.example');
  expect(policy).toContain('a data protection authority');
  expect(policy).not.toMatch(/mailto:|Data protection officer/);
});

test.each(['chat.example', '192.0.2.1'])('autoconfig of %s', (domain) => {
  const xml = page('/.well-known/autoconfig/mail/config-v1.1.xml', domain);
  const servers = [
    ...xml.matchAll(
      /Server type="(\w+)">\s*<hostname>(.*)<\/hostname>\s*<port>(\d+)<\/port>\s*<socketType>(\w+)/g,
    ),
  ];
  expect(servers.map(([, ...server]) => server.join(' '))).toEqual([
    `imap ${domain} 993 SSL`,
    `imap ${domain} 143 STARTTLS`,
    `imap ${domain} 443 SSL`,
    `smtp ${domain} 465 SSL`,
    `smtp ${domain} 587 STARTTLS`,
    `smtp ${domain} 443 SSL`,
  ]);
});

test('the MTA-STS policy', () =>
  expect(page('/.well-known/mta-sts.txt')).toMatch(
    /^version: STSv1\nmode: enforce\nmx: chat\.example\nmax_age: \d+\n$/,
  ));

test('a link to the home page has a preview, for which nothing is loaded from elsewhere', () => {
  const home = page('/index.html');
  expect(home).toContain('<meta property="og:title" content="Chat on chat.example">');
  expect(home).toMatch(/<meta name="description" property="og:description" content="[^"]{20,}">/);
});

test('robots may read the pages, and not ask for accounts or look at the setup', () => {
  const rules = page('/robots.txt')
    .split('\n')
    .filter((line) => /^(User|Dis)/.test(line));
  expect(rules).toEqual([
    'User-agent: *',
    ...['/join$', '/new', '/cgi-bin/', '/setup'].map((path) => `Disallow: ${path}`),
  ]);
});
