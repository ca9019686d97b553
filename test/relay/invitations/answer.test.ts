import { expect, test, vi } from 'vitest';
import { withDefaults } from '../../../src/config/schema.ts';
import { modelOf } from '../../../src/model/model.ts';
import { answerGuest } from '../../../src/relay/invitations/answer.ts';
import { toBytes } from '../../../src/relay/invitations/open.ts';

const TOKEN = 'AbCdEfGhIjKlMnOpQrSt_-';
const UNTIL = Date.UTC(2026, 11, 6, 12);

interface Given {
  readonly method?: string;
  readonly url?: string;
  readonly domain?: string;
  readonly offer?: object | undefined;
  readonly reserved?: readonly (string | undefined)[];
  readonly mayCreate?: boolean;
  readonly mayErr?: boolean;
  readonly draw?: (text: string) => Promise<string>;
}
const visit = ({
  method = 'GET',
  url = `/i/${TOKEN}`,
  domain = 'chat.example',
  offer = { left: 3, until: UNTIL },
  reserved = [''],
  mayCreate = true,
  mayErr = true,
  draw = async (text) => `<svg>${text}</svg>`,
}: Given = {}) => {
  const answers = [...reserved];
  return answerGuest(modelOf({ ...withDefaults({ registration: 'invite' }), mail_domain: domain }), {
    method,
    url,
    host: domain,
    lookup: async (key) =>
      key === `shared/invitation/${TOKEN}`
        ? Object.keys(offer).length > 0
          ? toBytes(offer)
          : undefined
        : key.startsWith(`shared/reserve/${TOKEN}/`)
          ? answers.shift()
          : undefined,
    mayCreate: () => mayCreate,
    mayErr: () => mayErr,
    draw,
  });
};
const ENDED = { offer: {} };

test('where apps take a code, the page has it as button, picture and text', async () => {
  const { status, body = '' } = await visit();
  const code = `DCACCOUNT:https://chat.example/new?i=${TOKEN}`;
  expect(status).toBe(200);
  for (const part of [`href="${code}"`, `<svg>${code}</svg>`, `data-label="Copy link">${code}<`])
    expect(body).toContain(part);
  expect(body).toContain('3 accounts are left. The invitation ends on 6 December 2026.');
});

test('elsewhere a button makes the account', async () => {
  const { body = '' } = await visit({ domain: '_chat.example', offer: { left: 1, until: UNTIL } });
  expect(body).toContain(
    `<form method="post" action="/i/${TOKEN}"><button class="join">Get an account</button></form>`,
  );
  expect(body).toContain(`<svg>https://_chat.example/i/${TOKEN}</svg>`);
  expect(body).toContain('One account is left.');
  expect(body).not.toContain('dclogin');
  const made = await visit({ domain: '_chat.example', method: 'POST' });
  expect(made.body).toMatch(/href="dclogin:\w{9}@_chat\.example\?p=\w{20}&amp;v=1/);
  expect(made.body).toContain(`<a href="/i/${TOKEN}">Another account</a>`);
});

test('an app gets an account', async () => {
  const { status, headers, body = '' } = await visit({ method: 'POST', url: `/new?i=${TOKEN}` });
  expect([status, headers['content-type']]).toEqual([200, 'application/json']);
  expect(JSON.parse(body)).toEqual({
    email: expect.stringMatching(/^\w{9}@chat\.example$/),
    password: expect.stringMatching(/^\w{20}$/),
  });
});

test.each<[string, Given, number, string]>([
  ['a browser at the address for apps is led to the page', { url: `/new?i=${TOKEN}` }, 302, ''],
  ['an ended one has a page', ENDED, 410, 'This invitation has ended'],
  [
    'an app is told in JSON',
    { ...ENDED, method: 'POST', url: `/new?i=${TOKEN}` },
    410,
    '{"reason":"this invitation has ended"}',
  ],
  [
    'one whose last place is gone',
    { method: 'POST', url: `/new?i=${TOKEN}`, reserved: [undefined] },
    410,
    'ended',
  ],
  ['a link without its end', { url: '/i/AbC' }, 410, 'This invitation has ended'],
  ['a link with more at its end', { url: `/i/${TOKEN}x` }, 410, 'This invitation has ended'],
  ['one with a slash', { url: '/i/AbCdEfGhIj/lMnOpQrSt_-' }, 410, 'This invitation has ended'],
  ['who is wrong too often', { ...ENDED, mayErr: false }, 429, 'Too many'],
  ['who wants too many', { method: 'POST', mayCreate: false }, 429, 'Too many'],
  [
    'while the relay is closed',
    { offer: { left: 1, until: UNTIL, closed: 'load too high' } },
    503,
    'load too high',
  ],
  ['closed in between', { method: 'POST', reserved: ['load too high'] }, 503, 'load too high'],
  [
    'a name that is taken',
    { method: 'POST', url: `/new?i=${TOKEN}`, reserved: ['name is taken', ''] },
    200,
    '@chat.example',
  ],
  [
    'names that are all taken',
    { method: 'POST', reserved: Array(9).fill('name is taken') },
    503,
    'all names are taken',
  ],
  ['another method', { method: 'PUT' }, 405, ''],
])('%s', async (_, given, status, text) => {
  const answer = await visit(given);
  expect([answer.status, answer.body ?? '']).toEqual([status, expect.stringContaining(text)]);
});

test('a page that is opened again and again is drawn once', async () => {
  const draw = vi.fn(async (text: string) => `<svg>${text}</svg>`);
  for (let n = 0; n < 3; n++) await visit({ domain: 'drawn.example', draw });
  expect(draw).toHaveBeenCalledTimes(1);
});
