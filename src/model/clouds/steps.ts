import type { Cloud } from './cloud.ts';
import { fits } from './limit.ts';
import { CONFIGURE, cloudFacts, OPEN_PORTS } from './words.ts';

/** The most that a text with the whole relay may have. */
const WHOLE_BYTES = 65_536;

type Way = 'whole' | 'fetched' | 'script';

/** How a stock Debian 12 there becomes a relay. */
export const wayOf = (cloud: Cloud): Way => {
  if (cloud.cloudInit.ignoresUserData || cloud.userData.form === undefined) return 'script';
  return fits(cloud, WHOLE_BYTES) ? 'whole' : 'fetched';
};

/** What a person does, in paragraphs with `code` as Markdown writes it; a list is lines for a shell. */
export interface Step {
  readonly title: string;
  readonly body: readonly (string | readonly string[])[];
}

/** Some clouds let their customers choose it. */
const userOf = ({ login }: Cloud): string =>
  login === undefined || login.value.includes(' ') ? 'USER' : login.value;

const THEN =
  'Then open `http://ADDRESS/`, where ADDRESS is its public IPv4 address: the page says what to do next';

/** As root, by SSH. */
const runScript = (cloud: Cloud): Step => {
  const user = userOf(cloud);
  const as = user === 'root' ? '' : 'sudo ';
  return {
    title: 'Run it',
    body: [
      ...(cloud.userData.script ? [`${cloud.userData.script.value}. Or by SSH:`] : []),
      'Save the script as `relay.txt`, start a machine with a fresh Debian 12 and 1 GB of memory or more, then:',
      [`scp relay.txt ${user}@ADDRESS:`, `ssh ${user}@ADDRESS ${as}sh relay.txt`],
      `It installs the rest from Debian, and can be run again. ${THEN}.`,
    ],
  };
};

const paste = (cloud: Cloud): Step =>
  wayOf(cloud) === 'script'
    ? runScript(cloud)
    : {
        title: 'Paste it',
        body: [
          `Paste the whole text (\`relay.txt\`): ${cloud.userData.form?.value}. Choose a machine with 1 GB of memory or more.`,
          `The machine installs the rest from Debian and shows its progress on its console. ${THEN}.`,
        ],
      };

const ports = ({ firewall }: Cloud): Step => {
  const { name, isClosed, where } = firewall?.value ?? { isClosed: false };
  const place = where === undefined ? '' : ` (${where})`;
  const said = isClosed
    ? `Its ${name} is closed by default. Open ${OPEN_PORTS}${place}; 22 is for logging in.`
    : `If ${name ?? 'a firewall'} is on, open ${OPEN_PORTS}; 22 is for logging in.`;
  return { title: 'Open the ports', body: [said] };
};

const mail = (cloud: Cloud): Step => {
  const facts = new Map(cloudFacts(cloud));
  return {
    title: 'Port 25 and reverse DNS',
    body: [
      `Port 25: ${facts.get('port 25')}. While it is closed, mail passes only between relays that accept it over HTTPS.`,
      `Reverse DNS: ${facts.get('reverse DNS')}. It should name the relay's domain.`,
    ],
  };
};

const login = (cloud: Cloud): Step => {
  const user = userOf(cloud);
  const who = user === 'USER' && cloud.login ? `; USER is ${cloud.login.value}` : '';
  const inForm = cloud.port25?.value.state === 'your own' ? '' : 'chose in the form, or ';
  const key =
    wayOf(cloud) === 'script'
      ? 'with the key or the password that you got or chose.'
      : `with the SSH key that you ${inForm}put into the text.`;
  return {
    title: 'Log in',
    body: [
      `\`ssh ${user}@ADDRESS\`${who}, ${key} Then ${user === 'root' ? '' : '`sudo -i`, and '}\`chatmail status\` shows the state of the relay.`,
    ],
  };
};

const correct = ({ userData: { edit, replace } }: Cloud): Step => {
  const way = edit ?? replace;
  const whenLocked =
    way === undefined
      ? []
      : [
          `Without a login, correct the text and ${edit ? 'change it there' : 'give it to the machine again'}: ${way.value}.${edit ? ' The next boot reads it.' : ' A reboot alone does not read another text.'}`,
        ];
  return {
    title: 'Correct a mistake',
    body: [
      `The setup page and the console say which setting is wrong, and where. With a login: ${CONFIGURE}.`,
      ...whenLocked,
    ],
  };
};

/** From a text to a relay in this cloud: what its customer does, and what to do when it is wrong. */
export const stepsOf = (cloud: Cloud): readonly Step[] => [
  paste(cloud),
  ports(cloud),
  mail(cloud),
  login(cloud),
  correct(cloud),
];
