import { isDomain } from '../config/domain.ts';
import { type Step, stepsOf } from '../model/clouds/steps.ts';
import { UNKNOWN, zoneOf } from '../model/zone.ts';
import { zoneFile } from '../model/zone-text.ts';
import type { Choices } from './choices.ts';
import type { Made } from './make-text.ts';

/** The records that are known before the machine has an address and keys. */
const zoneLines = (domain: string): string[] => {
  const unknown = `${UNKNOWN}unknown>`;
  const records = zoneOf({ domain, addresses: { ipv4: unknown }, dkimKey: unknown });
  return zoneFile(records.filter(({ value }) => !value.includes(UNKNOWN)))
    .trimEnd()
    .split('\n');
};

const dns = (domain: string): Step => ({
  title: 'Add DNS records',
  body: [
    `Where you manage \`${domain}\`, add an \`A\` record with the machine's IPv4 address, and an \`AAAA\` record if it has IPv6.`,
    'The page at `http://ADDRESS/` lists all records, with buttons to copy them, and shows which it has found. These are known already:',
    zoneLines(domain),
  ],
});

const open = (domain: string | undefined): Step => ({
  title: 'Open the relay',
  body: [
    'After a few minutes open `http://ADDRESS/` in a browser. Until everything is done, the page says what is missing.',
    `Then it becomes the home page${domain === undefined ? '' : `, at \`https://${domain}/\``}: ${domain === undefined || domain.startsWith('_') ? 'choose “Get an account” there' : 'scan the code on it with Delta Chat'}.`,
  ],
});

const turn: Step = {
  title: 'Open the ports for calls',
  body: ['For `turn`, open UDP 3478, and UDP from 49152 to 65535.'],
};

/** What a person does with the text, in order, and what they may need later. */
interface Checklist {
  readonly now: readonly Step[];
  readonly later: readonly Step[];
}

/** The checklist of a provider; empty until one is chosen. */
export const checklistOf = ({ cloud }: Pick<Made, 'cloud'>, { settings }: Choices): Checklist => {
  if (!cloud) return { now: [], later: [] };
  const [paste, ports, mail, ...later] = stepsOf(cloud);
  const written = (settings.mail_domain ?? '').trim();
  const domain = isDomain(written) ? written : undefined;
  const now = [
    paste,
    ports,
    ...(settings.turn === 'true' ? [turn] : []),
    ...(domain === undefined ? [] : [dns(domain)]),
    mail,
    open(domain),
  ];
  return { now: now.filter((step) => step !== undefined), later };
};
