import { describe, expect, test } from 'vitest';
import { PAGES, providerPage } from '../../src/model/provider-page.ts';
import { mostText, PROVIDER_NAMES, PROVIDERS, type Provider } from '../../src/model/providers.ts';
import { factText, limitText, providersTable } from '../../src/model/providers-table.ts';

test.each<[string, number]>([
  ['hetzner', 32_768],
  ['ec2', 16_384],
  ['openstack', 49_149],
  ['exoscale', 24_573],
  ['oracle', 24_000],
])('%s takes at most %d bytes of text', (name, most) => {
  const { limit } = PROVIDERS[name as 'ec2'] as Provider;
  expect(limit && mostText(limit)).toBe(most);
});

test('what is not sure is shown so', () => {
  expect(factText({ text: 'a', how: 'sure' })).toBe('a');
  expect(factText({ text: 'a', how: 'told' })).toBe('a (told by others)');
  expect(factText({ text: 'a', how: 'unsure' })).toBe('a (not confirmed)');
  expect(limitText(PROVIDERS.vultr)).toBe('not documented');
  expect(limitText(PROVIDERS.azure)).toBe('at most 65536 bytes (not confirmed)');
});

test('the table has every provider', () => {
  for (const name of PROVIDER_NAMES) expect(providersTable()).toMatch(new RegExp(`^${name}: `, 'm'));
});

describe('pages', () => {
  test.each(PAGES)('%s is what the table says', async (name) => {
    await expect(providerPage(name)).toMatchFileSnapshot(`../../docs/providers/${name}.md`);
  });
});
