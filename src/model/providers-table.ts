import { type Fact, mostText, PROVIDERS, type Provider } from './providers.ts';

const ROWS = [
  ['where', 'where to paste'],
  ['encoding', 'encoding'],
  ['gzip', 'gzip'],
  ['datasource', 'datasource'],
  ['port25', 'port 25'],
  ['reverseDns', 'reverse DNS'],
  ['firewall', 'firewall'],
  ['imageImport', 'own image'],
] as const;

const HOW = { sure: '', told: ' (told by others)', unsure: ' (not confirmed)' } as const;

/** A fact, and how sure we are of it. */
export const factText = ({ text, how }: Fact): string => text + (text === 'not documented' ? '' : HOW[how]);

/** How much text a provider takes. */
export const limitText = ({ limit }: Provider): string => {
  if (limit === undefined) return 'not documented';
  const most = `at most ${mostText(limit)} bytes`;
  const why = limit.of === 'base64' ? `, as base64 may have ${limit.bytes}` : '';
  return `${most}${why}${HOW[limit.how]}`;
};

/** What is known of a provider, line by line: a name, and a text. */
export const providerFacts = (provider: Provider): (readonly [name: string, text: string])[] => [
  ['user-data', limitText(provider)],
  ...ROWS.map(([key, name]) => [name, factText(provider[key])] as const),
];

/** All that is known of all providers, for a person. */
export const providersTable = (): string =>
  Object.entries<Provider>(PROVIDERS)
    .map(([name, provider]) => {
      const facts = providerFacts(provider).map(([fact, text]) => `  ${fact.padEnd(15)}${text}\n`);
      return `${name}: ${provider.title}\n${facts.join('')}`;
    })
    .join('\n');
