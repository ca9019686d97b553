import { createPrivateKey } from 'node:crypto';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { PATHS } from '../../model/model.ts';
import { MAX_JOURNAL } from '../invitations/journal.ts';
import { asUser } from '../lib/as-user.ts';
import { exists } from '../lib/exists.ts';
import { readRegular } from '../lib/read-regular.ts';
import { readState } from '../readiness/state.ts';
import { stageAcme, type Workplace } from './restore-switch.ts';
import { Refusal, type Unpacked } from './restore-unpack.ts';

/** What a restore needs of the rest of the relay. */
export interface RestoreOptions {
  readonly isReplacing: boolean;
  /** What is wrong with a settings file of this text, in words. */
  readonly settingsProblem: (text: string) => Promise<string | undefined>;
  /** Writes what follows from the settings, and starts what reads it; the exit status. */
  readonly configure: () => Promise<number>;
}

/** Tells what is going on, beside the output. */
export const say = (text: string): void => {
  process.stderr.write(`chatmail: ${text}\n`);
};

/**
 * The domain to restore, of those whose mail is in the backup.
 * @param current `mail_domain` of this relay, and whether it was configured
 */
export const domainToRestore = (
  domains: readonly string[],
  current: string | undefined,
  isChosen: boolean,
): string => {
  const [first] = domains;
  if (first === undefined) throw new Refusal("the backup holds no mail folder: is it a relay's?");
  if (current !== undefined && domains.includes(current)) return current;
  if (!isChosen && domains.length === 1) return first;
  throw new Refusal(
    `the backup is of ${domains.join(', ')} and this relay is ${current}: set mail_domain and restore again`,
  );
};

const checkKey = (key: Buffer | undefined): void => {
  if (key === undefined) return;
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(key);
    if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 1024) return;
  } catch {
    // said below
  }
  throw new Refusal('the DKIM key in the backup is not an RSA key in PEM format');
};

/** Mail goes to a real folder, and only with `--replace` where there is some already. */
const checkMail = (
  { mail }: Workplace,
  domain: string,
  addresses: ReadonlySet<string>,
  isReplacing: boolean,
): void => {
  const folder = `${mail}/${domain}`;
  const isFolder = lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? true;
  if (!isFolder) throw new Refusal(`${folder} is not a folder: remove it`);
  const known = [...addresses].filter((address) => exists(`${folder}/${address}`));
  if (known.length > 0 && !isReplacing)
    throw new Refusal(
      `${known.length} of its addresses exist here: add --replace to replace them with those of the backup`,
    );
};

/**
 * A machine without a configured name takes the name of the backup, and if it has no settings at all, the backup's
 * settings.
 */
const settingsFor = (domain: string, backup: Buffer | undefined): string => {
  const text = String(existsSync(PATHS.settings) ? readFileSync(PATHS.settings) : (backup ?? ''));
  return /^mail_domain:/m.test(text) ? text : `mail_domain: ${domain}\n${text}`;
};

/** Those of the backup, unless this relay has some: it may have withdrawn since what is in the backup. */
const invitationsToRestore = (backup: Buffer | undefined, isReplacing: boolean): Buffer | undefined => {
  const own = asUser('vmail', () => readRegular(PATHS.invitations, MAX_JOURNAL)?.length ?? 0);
  if (!backup || isReplacing || own === 0) return backup;
  say('left out: invitations: this relay has some; --replace takes those of the backup');
  return undefined;
};

export interface Plan {
  readonly place: Workplace;
  readonly backup: Unpacked;
  readonly domain: string;
  readonly addresses: ReadonlySet<string>;
  /** What the file of invitations is to be. */
  readonly invitations: Buffer | undefined;
  /** A settings file of that text is to be there. */
  readonly settings: string | undefined;
}

/** Looks at all of it while the relay goes on. Throws a {@link Refusal} with what is wrong. */
export const checkBackup = async (
  place: Workplace,
  backup: Unpacked,
  { isReplacing, settingsProblem }: RestoreOptions,
): Promise<Plan> => {
  const { domain: current, sources } = readState() ?? {};
  const isChosen = /^(user-data|vendor-data|instance|\/)/.test(sources?.mail_domain ?? '');
  const domain = domainToRestore([...backup.domains.keys()], current, isChosen);
  const addresses = backup.domains.get(domain) ?? new Set();
  asUser('vmail', () => checkMail(place, domain, addresses, isReplacing));
  checkKey(backup.files.key);
  const settings = domain === current ? undefined : settingsFor(domain, backup.files.settings);
  if (backup.files.settings && (settings === undefined || existsSync(PATHS.settings)))
    say(`left out: ${PATHS.settings}: this relay has settings`);
  const invitations = invitationsToRestore(backup.files.invitations, isReplacing);
  const problem = settings === undefined ? undefined : await settingsProblem(settings);
  if (problem !== undefined)
    throw new Refusal(`with the settings of the backup the relay would not start:\n${problem}`);
  stageAcme(backup.acme);
  return { place, backup, domain, addresses, settings, invitations };
};
