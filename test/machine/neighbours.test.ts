import { Resolver } from 'node:dns/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseBlock } from '../../src/lab/address.ts';
import { makeLink, type Network } from '../../src/lab/network.ts';
import { ownedName } from '../../src/lab/owner.ts';
import { type Internet, startInternet } from './internet.ts';
import { inotifyInstances } from './limits.ts';

/** Two runs on one computer, as far as they can be had in one process: they even begin to look at the same place. */
let internets: Internet[];
let links: Network[];
beforeAll(async () => {
  const [a, b, ...more] = await Promise.all([
    startInternet(() => ['same.example']),
    startInternet(() => ['same.example']),
    ...[1, 2, 3].map(() => makeLink(ownedName())),
  ]);
  internets = [a, b];
  links = more;
});
afterAll(async () => {
  for (const internet of internets ?? []) await internet.stop();
  for (const link of links ?? []) await link.remove();
});

test('no two have a name or an address in common', () => {
  const exchanges = internets.map(({ exchange }) => exchange);
  const names = [...exchanges, ...links].map(({ namespace }) => namespace);
  expect(new Set(names).size).toBe(5);
  const addresses = [
    ...exchanges.flatMap(({ host, core, host6 }) => [host, core, host6]),
    ...links.map(({ address }) => address),
    ...internets.map(({ authority }) => authority.directory),
  ];
  expect(new Set(addresses).size).toBe(addresses.length);
});

test('a machine alone is in no network of others', () => {
  const networks = internets.map(({ exchange }) => parseBlock(exchange.prefix.concat('.0'))?.first ?? 0);
  for (const { address } of links) {
    const first = parseBlock(address)?.first ?? 0;
    expect(networks).not.toContain(first - (first % 256));
  }
});

test('each internet answers from a zone of its own', async () => {
  const answers = internets.map(async ({ dns, exchange }, index) => {
    await dns.publish('same.example', `@ A 192.0.2.${index}\n`);
    const resolver = new Resolver();
    resolver.setServers([exchange.core]);
    return resolver.resolve4('same.example');
  });
  expect(await Promise.all(answers)).toEqual([['192.0.2.0'], ['192.0.2.1']]);
});

test('the kernel has room for the relays of both', async () => {
  expect(await inotifyInstances()).toBeGreaterThan(1000);
});
