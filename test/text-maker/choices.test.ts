import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SETTING_NAMES } from '../../src/config/schema.ts';
import { CLOUD_NAMES } from '../../src/model/clouds/all.ts';
import {
  type Choices,
  FORMS,
  fragmentOf,
  NO_CHOICES,
  OTHER,
  readFragment,
} from '../../src/text-maker/choices.ts';

const CHOICES: Choices = {
  provider: 'hetzner',
  form: 'short',
  settings: {
    mail_domain: 'chat.example.org',
    push_gateway: '',
    privacy_postal: 'Straße 1 & Söhne #2 = 50 %',
  },
  sshKeys: 'ssh-ed25519 AAAA me',
  source: 'https://example.org/start',
};

test('a link has the choices, without keys and addresses', () => {
  const fragment = fragmentOf(CHOICES);
  expect(fragment).toMatch(/^provider=hetzner&mail_domain=chat\.example\.org&/);
  expect(fragment).not.toMatch(/AAAA|example\.org%2Fstart/);
  expect(readFragment(`#${fragment}`)).toEqual({
    choices: { ...CHOICES, sshKeys: '', source: '' },
    unknown: [],
  });
});

test('a link has no URL that may have a secret in it', () => {
  const settings = { push_gateway: 'https://example.org/?token=1', iroh_relay: 'https://iroh.example.org' };
  expect(fragmentOf({ ...CHOICES, settings })).toBe(
    'provider=hetzner&iroh_relay=https%3A%2F%2Firoh.example.org',
  );
});

test('what a link has is what a link gives', () => {
  const settings = fc.dictionary(
    fc.constantFrom(...SETTING_NAMES),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
  );
  const provider = fc.constantFrom('', OTHER, ...CLOUD_NAMES);
  fc.assert(
    fc.property(provider, settings, (chosen, given) => {
      const { choices, unknown } = readFragment(
        fragmentOf({ ...NO_CHOICES, provider: chosen, settings: given }),
      );
      const again = readFragment(fragmentOf(choices));
      return unknown.length === 0 && JSON.stringify(again.choices) === JSON.stringify(choices);
    }),
  );
});

test.each(FORMS)('for another provider a link says that it takes %s', (form) =>
  expect(readFragment(fragmentOf({ ...NO_CHOICES, provider: OTHER, form })).choices).toMatchObject({
    provider: OTHER,
    form,
  }),
);

test.each([
  ['#', []],
  ['#provider=hcloud', []],
  ['#provider=nowhere', ['nowhere']],
  ['#form=1', ['1']],
  ['#{"provider":"hetzner"', ['{"provider":"hetzner"']],
  ['#__proto__=1&constructor=2&toString=3&hasOwnProperty=4', ['__proto__', 'constructor', 'toString']],
  ['#sshKeys=ssh-ed25519&source=http://x', ['sshKeys', 'source']],
  [`#mail_domain=${'x'.repeat(1001)}`, ['mail_domain']],
  [`#${'x'.repeat(100)}`, [`${'x'.repeat(40)}…`]],
  ['#%', ['%']],
  [`#mail_domain=${'x'.repeat(1_000_000)}`, ['1000013 characters']],
])('%j: what is not understood is not taken', (fragment, unknown) => {
  const found = readFragment(fragment);
  expect(found.unknown).toEqual(unknown);
  expect(found.choices.settings).toEqual({});
  expect(found.choices.sshKeys + found.choices.source).toBe('');
});
