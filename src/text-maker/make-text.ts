import { wrongOptions } from '../cloud-init/check-options.ts';
import type { UserDataProblem } from '../cloud-init/problem.ts';
import { isPrivateKey, keysIn } from '../cloud-init/ssh-keys.ts';
import { writeUserData } from '../cloud-init/write-user-data.ts';
import type { SettingsProblem } from '../config/problem.ts';
import { readObject } from '../config/read-object.ts';
import { resolve } from '../config/resolve.ts';
import type { SettingName } from '../config/schema.ts';
import { worded } from '../config/wording.ts';
import { cloudNamed } from '../model/clouds/all.ts';
import type { Cloud } from '../model/clouds/cloud.ts';
import { maxTextBytes } from '../model/clouds/limit.ts';
import { wayOf } from '../model/clouds/steps.ts';
import type { Wording } from '../problem/problem.ts';
import { type Choices, OTHER } from './choices.ts';
import { otherBySsh, otherProvider } from './other-provider.ts';
import type { ReleaseFacts } from './release-facts.ts';

/** What the page knows by itself. */
export interface Place {
  readonly facts: ReleaseFacts;
  /** Folders that have the packages, strongest first: `sourcesFor`. */
  readonly sources: readonly string[];
}

/** What comes of the choices. */
export interface Made {
  /** `undefined` until a provider is chosen. */
  readonly cloud: Cloud | undefined;
  /** The text is a script, to be run as root. */
  readonly isScript: boolean;
  /** Empty where there is none. */
  readonly text: string;
  /** In bytes. */
  readonly size: number;
  /** The most bytes that the provider takes, where that is known and matters. */
  readonly limit: number | undefined;
  readonly isFetching: boolean;
  /** Of settings, by their names; and of the keys. */
  readonly wrongSettings: ReadonlyMap<SettingName, Wording>;
  readonly wrongKey: Wording | undefined;
  /** What speaks against the text as a whole, or should be known. */
  readonly problems: readonly UserDataProblem[];
  /** What this page does not have: packages to name at all, or an address to fetch them from. */
  readonly lack: 'packages' | 'source' | undefined;
}

const cloudOf = ({ provider, form }: Choices): Cloud | undefined => {
  if (provider === OTHER) return form === 'script' ? otherBySsh : otherProvider;
  return cloudNamed(provider);
};

const wordsOf = (problems: readonly SettingsProblem[]): Map<SettingName, Wording> =>
  new Map(
    problems
      .filter(({ severity }) => severity === 'error')
      .map((problem) => [`${problem.path[0]}` as SettingName, worded(problem)]),
  );

const wrongKeyOf = (text: string): Wording | undefined =>
  isPrivateKey(text)
    ? {
        message: 'this is a private key, which nobody else must see',
        hint: 'paste the public key: its file ends in .pub',
      }
    : wrongOptions({ sshKeys: keysIn(text) })[0];

/** A domain is wanted, and none was written. */
const NO_DOMAIN: SettingsProblem = { code: 'missing-setting', severity: 'error', path: ['mail_domain'] };

const NO_TEXT = { text: '', size: 0, isFetching: false, problems: [] } as const;

/** The text for these choices: the one that `chatmail-image user-data --base debian` makes, or what is wrong with them. */
export const makeText = (choices: Choices, { facts, sources: known }: Place): Made => {
  const { packages, payload } = facts;
  const cloud = cloudOf(choices);
  const isScript = cloud !== undefined && wayOf(cloud) === 'script';
  const settings = resolve(readObject('settings', choices.settings));
  const wrongSettings = wordsOf(
    choices.settings.mail_domain === '' ? [NO_DOMAIN, ...settings.problems] : settings.problems,
  );
  const wrongKey = isScript ? undefined : wrongKeyOf(choices.sshKeys);
  const isOther = choices.provider === OTHER;
  const isWhole = isOther && choices.form === 'whole' && payload !== undefined;
  const typed = choices.source.trim();
  const sources = isWhole || packages.length === 0 ? [] : [...known, ...(typed === '' ? [] : [typed])];
  const most = cloud?.userData.limit && maxTextBytes(cloud.userData.limit.value);
  const limit = isScript ? undefined : most;
  const made = { cloud, isScript, limit, wrongSettings, wrongKey };
  const without = (lack: Made['lack']): Made => ({ ...made, ...NO_TEXT, lack });
  if (packages.length === 0 && payload === undefined) return without('packages');
  if (cloud === undefined || !settings.ok || wrongSettings.size > 0 || wrongKey) return without(undefined);
  if (sources.length === 0 && payload === undefined) return without('source');
  const { text, size, isFetching, problems } = writeUserData(
    settings.value,
    {
      base: 'debian',
      provider: isOther ? undefined : cloud.name,
      sources,
      packages,
      isScript,
      sshKeys: isScript ? [] : keysIn(choices.sshKeys),
    },
    { payload: payload && (() => payload) },
  );
  const isTooLarge = problems.some(({ code, severity }) => code === 'too-large' && severity === 'error');
  if (isTooLarge && sources.length === 0) return { ...without('source'), size };
  return {
    ...made,
    ...{ text: problems.some(({ severity }) => severity === 'error') ? '' : text, size, isFetching },
    // Nothing is known of another provider's limit; which of the known ones are smaller does not matter.
    problems: isOther ? problems.filter(({ code }) => code !== 'too-large') : problems,
    lack: undefined,
  };
};
