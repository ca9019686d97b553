import type { Cloud } from './cloud.ts';
import { fits } from './limit.ts';
import { CONFIGURE, cloudFacts, OPEN_PORTS } from './words.ts';

/** The most that a text with the whole relay may have. */
const WHOLE_BYTES = 65_536;

type Way = 'whole' | 'fetched' | 'script';

/** How a stock Debian 12 there becomes a relay. */
const wayOf = (cloud: Cloud): Way => {
  if (cloud.cloudInit.ignoresUserData || cloud.userData.form === undefined) return 'script';
  return fits(cloud, WHOLE_BYTES) ? 'whole' : 'fetched';
};

/** One or more each, for a shell. */
const COMMANDS: Readonly<Record<Way, (name: string) => readonly string[]>> = {
  whole: (name: string) => [`node lib/cli.js user-data --base debian --provider ${name} --output relay.txt`],
  fetched: (name: string) => [
    'node lib/cli.js package',
    `node lib/cli.js user-data --base debian --provider ${name} --source https://example.org/relay --output relay.txt`,
  ],
  script: (name: string) => [
    `node lib/cli.js user-data --base debian --provider ${name} --script --output relay.txt`,
  ],
};

const FETCHED = [
  'Put the packages, `dist/*.deb`, into a folder of any web server, and its address into the second command, which may',
  'have more than one `--source`; the text contains their checksums.\n',
].join('\n');

/** Some clouds let their customers choose it. */
const userOf = ({ login }: Cloud): string =>
  login === undefined || login.value.includes(' ') ? 'USER' : login.value;

const shell = (...lines: readonly string[]): string => `\`\`\`sh\n${lines.join('\n')}\n\`\`\`\n`;

const makeText = (cloud: Cloud): string => {
  const way = wayOf(cloud);
  return [
    `## Make the ${way === 'script' ? 'script' : 'text'}\n`,
    shell(...COMMANDS[way](cloud.name)),
    'Add your settings, such as `--set mail_domain=chat.example.org`.\n',
    ...(way === 'fetched' ? [FETCHED] : []),
  ].join('\n');
};

/** As root, by SSH. */
const runScript = (cloud: Cloud): string => {
  const user = userOf(cloud);
  const as = user === 'root' ? '' : 'sudo ';
  return [
    `## Run it\n`,
    ...(cloud.userData.script ? [`${cloud.userData.script.value}. Or by SSH:\n`] : []),
    'Start a machine with a fresh Debian 12 and 1 GB of memory or more, then:\n',
    shell(`scp relay.txt ${user}@ADDRESS:`, `ssh ${user}@ADDRESS ${as}sh relay.txt`),
    'It installs the rest from Debian, and can be run again. The relay is then at `http://ADDRESS/`.\n',
  ].join('\n');
};

const paste = (cloud: Cloud): string =>
  wayOf(cloud) === 'script'
    ? runScript(cloud)
    : [
        '## Paste it\n',
        `Paste all of \`relay.txt\`: ${cloud.userData.form?.value}. Choose a machine with 1 GB of memory or more.\n`,
        'The machine installs the rest from Debian and shows its progress on its console. The relay is then at',
        '`http://ADDRESS/`, where ADDRESS is its public IPv4 address.\n',
      ].join('\n');

const ports = ({ firewall }: Cloud): string => {
  const { name, isClosed, where } = firewall?.value ?? { isClosed: false };
  const place = where === undefined ? '' : ` (${where})`;
  const said = isClosed
    ? `Its ${name} is closed by default. Open ${OPEN_PORTS}${place}; 22 is for logging in.`
    : `Nothing is closed by default. With ${name ?? 'a firewall of your own'}, open ${OPEN_PORTS}; 22 is for logging in.`;
  return `## Open the ports\n\n${said}\n`;
};

const mail = (cloud: Cloud): string => {
  const facts = new Map(cloudFacts(cloud));
  return [
    '## Port 25 and reverse DNS\n',
    `Port 25: ${facts.get('port 25')}. While it is closed, mail passes only between relays that accept it over HTTPS.\n`,
    `Reverse DNS: ${facts.get('reverse DNS')}. It should name the relay's domain.\n`,
  ].join('\n');
};

const login = (cloud: Cloud): string => {
  const user = userOf(cloud);
  const who = user === 'USER' ? `; USER is ${cloud.login?.value}` : '';
  const keys = cloud.port25?.value.state === 'your own' ? 'gave' : 'chose in the form, or gave';
  const key =
    wayOf(cloud) === 'script'
      ? 'with the key or the password that you got or chose.'
      : `with the SSH key that you ${keys} with \`--ssh-key key.pub\`.`;
  return `## Log in\n\n\`ssh ${user}@ADDRESS\`${who}, ${key} Then ${user === 'root' ? '' : '`sudo -i`, and '}\`chatmail status\` shows the state of the relay.\n`;
};

const correct = ({ userData: { edit, replace } }: Cloud): string => {
  const way = edit ?? replace;
  const whenLocked =
    way === undefined
      ? ''
      : `Without a login, correct the text and ${edit ? 'change it there' : 'give it to the machine again'}: ${way.value}.${edit ? ' The next boot reads it.' : ' A reboot alone does not read another text.'}\n`;
  return [
    '## Correct a mistake\n',
    'The setup page and the console say which setting is wrong, and where. With a login:',
    `${CONFIGURE}.`,
    whenLocked,
  ].join('\n');
};

/** The page of a cloud, in Markdown, from its record: from the text to a relay, and what to do when it is wrong. */
export const cloudPage = (cloud: Cloud): string => {
  const known = cloudFacts(cloud).filter(([, text]) => text !== 'not documented');
  const rows = known.map(([fact, text]) => `| ${fact} | ${text} |\n`);
  return [
    `<!-- Generated by \`npm run generate\` from src/model/clouds/${cloud.name}.ts. -->\n`,
    `# ${cloud.title}: a relay on its stock Debian 12\n`,
    makeText(cloud),
    paste(cloud),
    ports(cloud),
    mail(cloud),
    login(cloud),
    correct(cloud),
    '## What is known\n',
    `| | |\n| --- | --- |\n${rows.join('')}`,
  ].join('\n');
};
