import { describe, expect, test } from 'vitest';
import { CLOUDS } from '../../src/model/clouds/all.ts';
import { cloudPage } from '../../src/model/clouds/page.ts';
import { checklistOf } from '../../src/text-maker/checklist.ts';
import { type Choices, NO_CHOICES } from '../../src/text-maker/choices.ts';
import { otherBySsh, otherProvider } from '../../src/text-maker/other-provider.ts';

const listFor = (cloud: Parameters<typeof checklistOf>[0]['cloud'], settings: Choices['settings'] = {}) =>
  checklistOf({ cloud }, { ...NO_CHOICES, settings });
const titles = (list: ReturnType<typeof checklistOf>) => list.now.map(({ title }) => title);
const wordsOf = (list: ReturnType<typeof checklistOf>) =>
  [...list.now, ...list.later].flatMap(({ body }) => body.flat()).join('\n');

describe.each(CLOUDS)('for $name', (cloud) => {
  const list = listFor(cloud);

  test('it says what its page among the documents says', () => {
    const page = cloudPage(cloud);
    for (const { title, body } of [...list.now, ...list.later].filter(
      ({ title }) => title !== 'Open the relay',
    ))
      for (const line of body.flat()) expect(page, title).toContain(line);
  });

  test('from the text to the relay', () => {
    const [paste, ports, mail, open] = titles(list);
    expect(['Paste it', 'Run it']).toContain(paste);
    expect([ports, mail, open]).toEqual(['Open the ports', 'Port 25 and reverse DNS', 'Open the relay']);
    expect(wordsOf(list)).toContain('TCP 22, 25, 80, 143, 443, 465, 587, 993');
  });
});

test.each([otherProvider, otherBySsh])('for a provider that is not known, too', (cloud) => {
  expect(wordsOf(listFor(cloud))).toContain('ask the provider');
  expect(wordsOf(listFor(cloud))).not.toMatch(/undefined|not documented/);
});

test.each([
  ['chat.example.org', true],
  ['_chat.example.org', true],
  ['192.0.2.1', false],
  ['chat', false],
  ['', false],
])('with the domain %j there are DNS records: %s', (mail_domain, has) => {
  const list = listFor(CLOUDS[0], { mail_domain });
  expect(titles(list).includes('Add DNS records')).toBe(has);
  // What is not known yet is not there to be copied.
  expect(wordsOf(list)).not.toContain('<');
});

test('with turn there are more ports', () =>
  expect(wordsOf(listFor(CLOUDS[0], { turn: 'true' }))).toContain('UDP 3478'));

test('without a provider there is none', () => expect(listFor(undefined)).toEqual({ now: [], later: [] }));
