import { readObject } from '../config/read-object.ts';
import { resolve } from '../config/resolve.ts';
import { SETTING_NAMES, type Settings, settingOf } from '../config/schema.ts';
import { settingYaml } from '../config/setting-yaml.ts';
import { worded } from '../config/wording.ts';
import { cloudConfig, type Mapping, type Value } from '../config/write-yaml.ts';
import { cloudNamed } from '../model/clouds/all.ts';
import { isKnownToFit } from '../model/clouds/limit.ts';
import type { Payload } from '../package/payload.ts';
import { bootCommand, installScript, type RemotePackages } from './bootstrap.ts';
import { wrongOptions } from './check-options.ts';
import { checkProvider, checkSize } from './check-provider.ts';
import type { mergeExtra } from './extra.ts';
import { aptConfig } from './mirror.ts';
import type { UserDataOptions } from './options.ts';
import type { UserDataProblem } from './problem.ts';

/** What is not for every place where a text is written: a browser has neither Node nor the YAML library. */
interface Tools {
  /** The package that travels along. Without it, a text for stock Debian fetches the packages wherever it is pasted. */
  readonly payload?: (() => Payload) | undefined;
  /** For `isGzip`. */
  readonly compress?: (text: string) => Uint8Array;
  /** For `extra`. */
  readonly mergeExtra?: typeof mergeExtra;
}

export interface UserData {
  /** Plain ASCII; the first line says to cloud-init what it is. */
  readonly text: string;
  /** What the provider is given: the text, or its gzip. */
  readonly bytes: Uint8Array;
  /** Of `bytes`. */
  readonly size: number;
  /** The packages are not in the text: it fetches them. */
  readonly isFetching: boolean;
  /** Empty, or warnings, or errors: then the text is not to be used. */
  readonly problems: readonly UserDataProblem[];
}

/** A `chatmail.yaml` of those settings alone that differ from their default, in ASCII. */
const settingsText = (settings: Partial<Settings>): string =>
  SETTING_NAMES.filter((name) => settings[name] !== undefined && settings[name] !== settingOf(name)?.default)
    .map((name) => `${name}: ${settingYaml(name, settings[name])}\n`)
    .join('');

const SETTINGS_FILE = '/etc/chatmail/chatmail.yaml';

const configOf = (
  content: string,
  options: UserDataOptions,
  source: () => Payload | RemotePackages,
): Mapping => {
  const { base = 'image', sshKeys = [], hostname, phoneHome, mirror } = options;
  const config: Record<string, Value> = {};
  if (hostname !== undefined) config[hostname.includes('.') ? 'fqdn' : 'hostname'] = hostname;
  if (sshKeys.length > 0) config.ssh_authorized_keys = sshKeys;
  if (content !== '') config.write_files = [{ path: SETTINGS_FILE, content }];
  if (mirror !== undefined) config.apt = aptConfig(mirror);
  if (phoneHome !== undefined)
    config.phone_home = { url: phoneHome, post: ['instance_id', 'hostname', 'fqdn', 'pub_key_ed25519'] };
  if (base === 'debian') config.bootcmd = [bootCommand(source())];
  return config;
};

/** The settings in a here-document, whose text the shell leaves alone. */
const script = (content: string, source: Payload | RemotePackages): string => {
  const [first = '', ...rest] = installScript(source).split('\n');
  const settings = content && `mkdir -p /etc/chatmail\ncat >${SETTINGS_FILE} <<'END'\n${content}END\n`;
  return `${first}\n${settings}${rest.join('\n')}`;
};

const NOTHING = { text: '', bytes: new Uint8Array(), size: 0, isFetching: false } as const;

const unavailable = (): never => {
  throw new Error('this cannot be done here');
};

/** {@link renderUserData} with nothing but the tools it is given: for the browser, too. */
export const writeUserData = (
  settings: Partial<Settings>,
  options: UserDataOptions,
  tools: Tools,
): UserData => {
  const resolved = resolve(readObject('settings', settings));
  const wrong = wrongOptions(options);
  if (!resolved.ok) wrong.unshift(...resolved.problems.map((problem) => worded(problem)));
  if (!resolved.ok || wrong.length > 0) return { ...NOTHING, problems: wrong };
  const content = settingsText(resolved.value);
  const { base = 'image', sources = [], packages = [] } = options;
  const { payload = unavailable } = tools;
  const whole = () => write(content, options, () => options.payload ?? payload(), tools);
  if (base === 'image' || sources.length === 0) return whole();
  const cloud = options.provider === undefined ? undefined : cloudNamed(options.provider);
  if (cloud && !options.isScript && (options.payload ?? tools.payload)) {
    const carrying = whole();
    if (isKnownToFit(cloud, carrying.size)) return carrying;
  }
  const remote = { sources: sources.map((url) => url.replace(/\/+$/, '')), packages };
  return { ...write(content, options, () => remote, tools), isFetching: true };
};

/** The text that has the relay from this source. */
const write = (
  content: string,
  options: UserDataOptions,
  source: () => Payload | RemotePackages,
  { compress, mergeExtra = unavailable }: Tools,
): UserData => {
  const { extra, isScript = false, provider } = options;
  const merged = isScript
    ? { config: {}, problems: [] }
    : extra
      ? mergeExtra(configOf(content, options, source), extra)
      : { config: configOf(content, options, source), problems: [] };
  if (merged.problems.length > 0) return { ...NOTHING, problems: merged.problems };
  const text = isScript ? script(content, source()) : cloudConfig(merged.config);
  const bytes = options.isGzip ? (compress ?? unavailable)(text) : new TextEncoder().encode(text);
  const size = bytes.length;
  const known = provider === undefined ? undefined : cloudNamed(provider);
  return {
    text,
    bytes,
    size,
    isFetching: false,
    problems: known ? checkProvider(text, size, known, options, compress) : checkSize(size, options),
  };
};
