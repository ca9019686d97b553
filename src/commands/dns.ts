import { createPublicKey } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { notADomain } from '../config/domain.ts';
import { loadSettings, SETTINGS_OPTIONS } from '../config/load-settings.ts';
import { checkZone } from '../dns/check-zone.ts';
import { checkReport, isComplete } from '../dns/report.ts';
import { UNKNOWN, type ZoneRecord, zoneOf } from '../model/zone.ts';
import { zoneFile, zoneTable } from '../model/zone-text.ts';
import { failure } from '../terminal/failure.ts';
import { readInput } from '../terminal/read-input.ts';
import { unlessAborted } from '../terminal/unless-aborted.ts';
import { type Context, defineCommand, type Options, type Values } from './command.ts';

const OPTIONS = {
  ...SETTINGS_OPTIONS,
  ipv4: { type: 'string', value: 'ADDRESS', help: "the machine's public IPv4 address" },
  ipv6: { type: 'string', value: 'ADDRESS', help: "the machine's public IPv6 address, if it has one" },
  'dkim-key': { type: 'string', value: 'FILE', help: 'its DKIM key in PEM, either half' },
  check: { type: 'boolean', help: 'compare the records with public DNS, and show every difference' },
  table: { type: 'boolean', help: 'print the fields of each record separately, for web forms' },
  json: { type: 'boolean', help: 'print the records as JSON' },
} as const satisfies Options;

type DnsValues = Values<typeof OPTIONS>;

const unknown = (what: string): string => `${UNKNOWN}${what}>`;

const readDkimKey = async (file: string, { cwd, signal }: Context): Promise<string> => {
  const pem = await readInput(resolve(cwd, file), { name: file, signal });
  try {
    const key = createPublicKey(Buffer.from(pem));
    return key.export({ type: 'spki', format: 'der' }).toString('base64');
  } catch (error) {
    throw failure(`${file} is not a key: ${(error as Error).message}`, { cause: error });
  }
};

/** The zone as far as it is known here; what is not known is named in its place. */
const recordsFor = (domain: string, known: DnsFacts): ZoneRecord[] => {
  const { ipv6, dkimKey = unknown('made by the relay') } = known;
  const ipv4 = known.ipv4 ?? (ipv6 === undefined ? unknown('address of the machine') : undefined);
  return zoneOf({ domain, addresses: { ...(ipv4 && { ipv4 }), ...(ipv6 && { ipv6 }) }, dkimKey });
};

interface DnsFacts {
  readonly ipv4?: string | undefined;
  readonly ipv6?: string | undefined;
  readonly dkimKey?: string | undefined;
}

const wrongAddress = ({ ipv4, ipv6 }: DnsValues): string | undefined => {
  if (ipv4 !== undefined && !isIPv4(ipv4)) return `--ipv4 is an IPv4 address, not \`${ipv4}\``;
  return ipv6 !== undefined && !isIPv6(ipv6) ? `--ipv6 is an IPv6 address, not \`${ipv6}\`` : undefined;
};

export const command = defineCommand({
  name: 'dns',
  summary: "print or check a relay's DNS records",
  usage: '[DOMAIN]',
  operands: [0, 1],
  description: [
    'On the relay, `chatmail dns` prints the complete zone. Here you can give the addresses and the DKIM',
    'key. A placeholder stands for each value that you leave out; --check accepts any value there. It',
    "asks the domain's name servers directly, not a cache.",
  ].join('\n'),
  options: OPTIONS,
  async run(context, { values, operands: [operand] }) {
    const wrong = wrongAddress(values);
    if (wrong !== undefined) return context.usage(wrong);
    const { config, set, ipv4, ipv6, check, table, json } = values;
    const { result } = await loadSettings({ ...context, config, set });
    if (context.report(result.problems) !== 0 || !result.ok) return 1;
    const domain = operand ?? result.value.mail_domain;
    if (domain === undefined) return context.usage('which domain?', 'name it, or set mail_domain');
    const mistake = isIPv4(domain) ? 'an address, for which there is no zone' : notADomain(domain);
    if (mistake) return context.fail(`\`${domain}\` is ${mistake}`);

    const file = values['dkim-key'];
    const dkimKey = file === undefined ? undefined : await readDkimKey(file, context);
    const zone = recordsFor(domain, { ipv4, ipv6, dkimKey });
    const hasGaps = zone.some(({ value }) => value.includes(UNKNOWN));
    if (!check && hasGaps)
      context.stderr.write(
        `warning: replace the values in ${UNKNOWN}>; they are not known on this computer\n`,
      );
    const records = check ? await unlessAborted(checkZone(domain, zone), context.signal) : zone;
    const report = check ? checkReport(records as never) : table ? zoneTable(zone) : zoneFile(zone);
    context.stdout.write(json ? `${JSON.stringify(records, null, 2)}\n` : report);
    return check && !isComplete(records as never) ? 1 : 0;
  },
});
