import { mostText, type Provider, type ProviderName, providerOf } from './providers.ts';
import { providerFacts } from './providers-table.ts';

/** Providers with a page of their own in `docs/providers`. */
export const PAGES = [
  ...(['hetzner', 'digitalocean', 'ec2', 'vultr', 'linode'] as const),
  ...(['openstack', 'scaleway', 'google', 'azure', 'proxmox'] as const),
] satisfies readonly ProviderName[];

/** Bytes of a text with the whole relay and some settings, and of its gzip. */
const WHOLE = 53_000;
const COMPRESSED = 44_000;

const takes = ({ limit }: Provider, bytes: number): boolean =>
  limit === undefined || mostText(limit) >= bytes;

/** One or more each, for a shell. */
const COMMANDS = {
  whole: (name: string) => [`node lib/cli.js user-data --base debian --provider ${name} --output relay.txt`],
  fetched: (name: string) => [
    'node lib/cli.js package',
    `node lib/cli.js user-data --base debian --provider ${name} --package-url https://example.org/chatmail-relay.deb --output relay.txt`,
  ],
  compressed: (name: string) => [
    `node lib/cli.js user-data --base debian --provider ${name} --gzip --output relay.gz`,
  ],
  script: (name: string) => [
    `node lib/cli.js user-data --base debian --provider ${name} --script --output relay.txt`,
  ],
} as const;

const steps = (name: string, provider: Provider): string => {
  const kind = provider.isDeaf ? 'script' : takes(provider, WHOLE) ? 'whole' : 'fetched';
  const block = (of: keyof typeof COMMANDS) => `\`\`\`sh\n${COMMANDS[of](name).join('\n')}\n\`\`\`\n`;
  const paste = {
    whole: `Paste all of \`relay.txt\`: ${provider.where.text}.`,
    fetched: [
      'Put the package, `dist/chatmail-relay_*_all.deb`, where the machine can fetch it, and its address into the',
      `second command; the text holds its SHA-256. Paste \`relay.txt\`: ${provider.where.text}.`,
    ].join('\n'),
    script: [
      'Make a StackScript of `relay.txt`, and deploy Debian 12 with it; or copy the file to a fresh Debian 12 and',
      'run it there as root with `sh relay.txt`.',
    ].join('\n'),
  }[kind];
  return [
    '## A relay on its stock Debian 12\n',
    block(kind),
    'Add your settings, such as `--set mail_domain=chat.example.org`.\n',
    `${paste}\n`,
    ...(kind === 'fetched' && provider.takesGzip && takes(provider, COMPRESSED)
      ? [
          "The provider's client takes the whole relay, without another place for the package. Give it this file as",
          `user-data:\n\n${block('compressed')}`,
        ]
      : []),
    'The machine installs the rest from Debian, says on its console how far it is, and is then at',
    '`http://<its address>/`.\n',
  ].join('\n');
};

/** The page of a provider, in Markdown, from what is known of it. */
export const providerPage = (name: ProviderName): string => {
  const provider = providerOf(name) as Provider;
  const rows = providerFacts(provider).map(([fact, text]) => `| ${fact} | ${text} |\n`);
  return [
    `# ${provider.title}\n`,
    `| | |\n| --- | --- |\n${rows.join('')}`,
    steps(name, provider),
    'With port 25 closed, mail passes only between relays that accept it over HTTPS. Reverse DNS should name',
    "the relay's domain.\n",
  ].join('\n');
};
