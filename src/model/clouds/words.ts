import { TCP_PORTS } from '../ports.ts';
import type { Cloud, Firewall, Gzip, Limit, Port25 } from './cloud.ts';
import type { Certainty, Fact } from './fact.ts';
import { maxTextBytes } from './limit.ts';

const CERTAINTY: Readonly<Record<Certainty, string>> = {
  tried: '',
  documented: '',
  reported: ' (reported by others)',
  unconfirmed: ' (not confirmed)',
};

/** A fact in words, and how sure we are of it. */
const say = <T>(fact: Fact<T> | undefined, words: (value: T) => string): string =>
  fact === undefined ? 'not documented' : words(fact.value) + CERTAINTY[fact.certainty];

const asIs = (text: string): string => text;

const limitWords = (limit: Limit): string =>
  `at most ${maxTextBytes(limit)} bytes${limit.of === 'base64' ? `, as base64 may have ${limit.bytes}` : ''}`;

const GZIP: Readonly<Record<Gzip, string>> = {
  'as it is': 'yes',
  'inside base64': 'only inside base64',
  no: 'no',
};

const port25Words = ({ text, help }: Port25): string =>
  help === undefined ? text : `${text}. ${help.replace(/\.$/, '')}`;

/** What a relay wants to be reached at, and its owner. */
export const OPEN_PORTS = `TCP 22, ${TCP_PORTS.join(', ')}`;

const firewallWords = ({ name, isClosed }: Firewall): string => {
  if (name === undefined) return `none unless you add one: then open ${OPEN_PORTS}`;
  return isClosed ? `${name}: open ${OPEN_PORTS}` : `${name}, if it is on: open ${OPEN_PORTS}`;
};

/** How a setting is corrected in a machine that one can log in to. */
export const CONFIGURE = '`chatmail configure --set NAME=VALUE`';

/** How a wrong text is corrected there. */
const correctionText = ({ userData: { edit, replace } }: Cloud): string =>
  edit ? say(edit, asIs) : replace ? say(replace, asIs) : `log in, then ${CONFIGURE}`;

/** What compressed user-data meets there, in words. */
export const gzipText = ({ userData: { gzip } }: Cloud): string => say(gzip, (value) => GZIP[value]);

/** What is known of a cloud, line by line: a name, and a text. */
export const cloudFacts = (cloud: Cloud): (readonly [name: string, text: string])[] => {
  const { form, limit, encoding } = cloud.userData;
  return [
    ['user-data', say(limit, limitWords)],
    ['where to paste', say(form, asIs)],
    ['to correct it', correctionText(cloud)],
    ['encoding', say(encoding, asIs)],
    ['gzip', gzipText(cloud)],
    ['datasource', say(cloud.cloudInit.datasource, asIs)],
    ['port 25', say(cloud.port25, port25Words)],
    ['reverse DNS', say(cloud.reverseDns, asIs)],
    ['firewall', say(cloud.firewall, firewallWords)],
    ['login', say(cloud.login, asIs)],
    ['own image', say(cloud.imageImport, asIs)],
  ];
};

/** All that is known of these clouds, for a person. */
export const cloudsTable = (clouds: readonly Cloud[]): string =>
  clouds
    .map((cloud) => {
      const names = [cloud.name, ...cloud.aliases].join(', ');
      const facts = cloudFacts(cloud).map(([fact, text]) => `  ${fact.padEnd(15)}${text}\n`);
      return `${names}: ${cloud.title}\n${facts.join('')}`;
    })
    .join('\n');
