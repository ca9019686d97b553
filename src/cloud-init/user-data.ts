import { gzipSync } from 'node:zlib';
import { printProblems } from '../config/print-problems.ts';
import { readObject } from '../config/read-object.ts';
import { resolve } from '../config/resolve.ts';
import { SETTING_NAMES, type SettingName, type Settings, settingOf } from '../config/schema.ts';
import { formatSize } from '../config/size.ts';
import { CLOUDS, cloudNamed } from '../model/clouds/all.ts';
import type { Cloud } from '../model/clouds/cloud.ts';
import { fits, maxTextBytes, takesGzip } from '../model/clouds/limit.ts';
import { gzipText } from '../model/clouds/words.ts';
import { type Payload, readPayload } from '../package/payload.ts';
import { bootCommand, installScript, type RemotePackage } from './bootstrap.ts';
import { type Extra, mergeExtra } from './extra.ts';
import type { UserDataProblem } from './problem.ts';
import { cloudConfig, type Mapping, quote, type Value } from './yaml.ts';

/** What the text is for: our image, where it only sets; or a stock Debian 12, which it makes a relay. */
export type Base = 'image' | 'debian';
const BASES: readonly Base[] = ['image', 'debian'];

export interface UserDataOptions {
  /** `image` by default. */
  readonly base?: Base | undefined;
  /** Name of a cloud, or what else it is called; the text is checked against what is known of it. */
  readonly provider?: string | undefined;
  /** For `debian`: fetch the package instead of carrying it. */
  readonly remotePackage?: RemotePackage | undefined;
  /** For `debian`: a shell script to run as root, where there is no cloud-init, instead of cloud-config. */
  readonly isScript?: boolean | undefined;
  /** Compressed, where a provider's client or API takes a file as it is; cloud-init unpacks it. */
  readonly isGzip?: boolean | undefined;
  /** Lines for `authorized_keys` of the image's user. */
  readonly sshKeys?: readonly string[] | undefined;
  readonly hostname?: string | undefined;
  /** A URL that cloud-init posts to when all is done. */
  readonly phoneHome?: string | undefined;
  /** For `debian`: URL of an archive to use instead of the image's. */
  readonly mirror?: string | undefined;
  /** Cloud-config to merge in. */
  readonly extra?: Extra | undefined;
  /** For `debian`: what `npm run build` has made, by default. */
  readonly payload?: Payload | undefined;
}

export interface UserData {
  /** Plain ASCII; the first line says to cloud-init what it is. */
  readonly text: string;
  /** What the provider is given: the text, or its gzip. */
  readonly bytes: Uint8Array;
  /** Of `bytes`. */
  readonly size: number;
  /** Empty, or warnings, or errors: then the text is not to be used. */
  readonly problems: readonly UserDataProblem[];
}

const settingText = (name: SettingName, value: unknown): string => {
  if (settingOf(name)?.kind === 'size') return formatSize(Number(value));
  if (Array.isArray(value)) return `[${value.map((item) => quote(String(item))).join(', ')}]`;
  return typeof value === 'string' && !/^[a-z_][a-z0-9_.-]*\.[a-z]+$/.test(value)
    ? quote(value)
    : String(value);
};

/** A `chatmail.yaml` of those settings alone that differ from their default, in ASCII. */
const settingsText = (settings: Partial<Settings>): string =>
  SETTING_NAMES.filter((name) => settings[name] !== undefined && settings[name] !== settingOf(name)?.default)
    .map((name) => `${name}: ${settingText(name, settings[name])}\n`)
    .join('');

const SETTINGS_FILE = '/etc/chatmail/chatmail.yaml';

const KEY = /^(ssh|ecdsa|sk)-[\w@.-]+ [A-Za-z0-9+/]+=*( [ -~]*)?$/;
const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const WEB_URL = /^https?:\/\/[\w.:[\]-]+(\/[\w.~%+,:@&=?/#-]*)?$/;
/** The last part of a mirror's path that names Debian's archive. */
const ARCHIVE = /\/debian(?=\/|$)(?!.*\/debian(\/|$))/;
const SHA256 = /^[0-9a-f]{64}$/i;

const error = (code: UserDataProblem['code'], message: string, hint?: string): UserDataProblem => ({
  severity: 'error',
  code,
  message,
  ...(hint !== undefined && { hint }),
});

const wrongOptions = (options: UserDataOptions): UserDataProblem[] => {
  const {
    base = 'image',
    sshKeys = [],
    hostname,
    phoneHome,
    mirror,
    remotePackage,
    isScript,
    isGzip,
    provider,
  } = options;
  const say = (isWrong: boolean, message: string, hint?: string) =>
    isWrong ? [error('bad-option', message, hint)] : [];
  return [
    ...say(!BASES.includes(base), `base is image or debian, not ${JSON.stringify(base)}`),
    ...sshKeys.flatMap((key, n) =>
      say(
        !KEY.test(key),
        `SSH key ${n + 1} is not a line of authorized_keys`,
        'it begins like ssh-ed25519 AAAA',
      ),
    ),
    ...say(hostname !== undefined && !HOST.test(hostname), `${JSON.stringify(hostname)} is not a host name`),
    ...[phoneHome, mirror, remotePackage?.url].flatMap((url) =>
      say(url !== undefined && !WEB_URL.test(url), `${JSON.stringify(url)} is not an http or https URL`),
    ),
    ...say(
      base === 'debian' && mirror !== undefined && !ARCHIVE.test(mirror),
      `the path of the mirror ${JSON.stringify(mirror)} does not name Debian's archive`,
      'write for example http://mirror.example.org/debian; security updates are beside it, in debian-security',
    ),
    ...say(
      remotePackage !== undefined && !SHA256.test(remotePackage.sha256),
      "the package's SHA-256 has 64 hexadecimal digits",
    ),
    ...say(
      base === 'image' && (remotePackage ?? mirror ?? isScript) !== undefined,
      'a package URL, a mirror and a script are for stock Debian: our image has all it needs',
      'leave them out, or choose the base debian',
    ),
    ...say(
      isScript === true &&
        (sshKeys.length > 0 || (hostname ?? phoneHome ?? mirror ?? options.extra) !== undefined),
      'a script sets the relay only: keys, host name, phone_home, mirror and further cloud-config need cloud-init',
    ),
    ...say(
      isScript === true && isGzip === true,
      'a script is run as it is: gzip is for cloud-init, which unpacks it',
    ),
    ...say(
      provider !== undefined && cloudNamed(provider) === undefined,
      `nothing is known of the provider ${JSON.stringify(provider)}`,
      'leave it out; the text is the same everywhere',
    ),
  ];
};

/** Where Debian's security updates are beside its archive, on every mirror that has both. */
const securityMirror = (mirror: string): string => mirror.replace(ARCHIVE, '/debian-security');

/** Without `security` cloud-init looks for security updates at `primary`, where they are not. */
const aptConfig = (mirror: string): Mapping => {
  const at = (uri: string) => [{ arches: ['default'], uri }];
  return { preserve_sources_list: false, primary: at(mirror), security: at(securityMirror(mirror)) };
};

const configOf = (
  content: string,
  options: UserDataOptions,
  source: () => Payload | RemotePackage,
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
const script = (content: string, source: Payload | RemotePackage): string => {
  const [first = '', ...rest] = installScript(source).split('\n');
  const settings = content && `mkdir -p /etc/chatmail\ncat >${SETTINGS_FILE} <<'END'\n${content}END\n`;
  return `${first}\n${settings}${rest.join('\n')}`;
};

const UNREAD = {
  image: 'bake the settings into the image with `build --set`',
  debian: 'a script for root does the same: --script',
} as const;

const FETCH = 'with a package URL the text fetches the same package and is small';
const compress = (text: string): Uint8Array => gzipSync(text, { level: 9 });

/** What speaks against this text of so many bytes at this provider. */
const checkProvider = (
  text: string,
  size: number,
  cloud: Cloud,
  options: UserDataOptions,
): UserDataProblem[] => {
  const { base = 'image', isScript = false, isGzip = false, remotePackage } = options;
  const problems: UserDataProblem[] = [];
  const { title, userData, cloudInit } = cloud;
  const { limit, gzip } = userData;
  if (cloudInit.ignoresUserData && !isScript)
    problems.push(
      error(
        'unread',
        `Debian 12 at ${title} gets no user-data: ${cloudInit.datasource?.value}`,
        UNREAD[base],
      ),
    );
  if (isGzip && !takesGzip(cloud)) {
    const message = `gzip at ${title}: ${gzipText(cloud)}`;
    problems.push(
      gzip === undefined || gzip.certainty === 'unconfirmed'
        ? { severity: 'warning', code: 'unsure', message }
        : error('no-gzip', message, 'leave it out: the text is the same'),
    );
  }
  const most = limit === undefined ? Infinity : maxTextBytes(limit.value);
  if (size > most && !isScript) {
    const packed = takesGzip(cloud) && !isGzip ? compress(text).length : Infinity;
    const hint = [
      base === 'debian' && remotePackage === undefined
        ? FETCH
        : 'shorten the settings, or the cloud-config merged in',
      ...(packed > most ? [] : [`or give the provider's client the ${packed} bytes of --gzip`]),
    ].join('; ');
    const message = `the text has ${size} bytes, ${size - most} more than the ${most} that ${title} takes`;
    problems.push(
      limit?.certainty !== 'unconfirmed'
        ? error('too-large', message, hint)
        : { severity: 'warning', code: 'too-large', message: `${message}, as far as is known`, hint },
    );
  }
  if (limit === undefined && !cloudInit.ignoresUserData && size > 16_384)
    problems.push({
      severity: 'warning',
      code: 'unsure',
      message: `${title} does not document how much it takes; the text has ${size} bytes`,
    });
  return problems;
};

/** Without a provider's name the text should fit all those it is made for. */
const checkSize = (size: number, { base, isScript }: UserDataOptions): UserDataProblem[] => {
  const tooSmall = CLOUDS.filter((cloud) => !fits(cloud, size)).map(({ title }) => title);
  if (base !== 'debian' || isScript || tooSmall.length === 0) return [];
  const message = `the text has ${size} bytes, more than these take: ${tooSmall.join(', ')}`;
  return [{ severity: 'warning', code: 'too-large', message, hint: FETCH }];
};

const NOTHING = { text: '', bytes: new Uint8Array(), size: 0 } as const;

/**
 * Renders user-data: the text that makes a machine the relay of these settings. Pure but for reading the package
 * that travels along. Settings are checked again, for they may come from anywhere; what is wrong with them, with
 * an option, or with the text at the provider is in `problems`, never thrown.
 */
export const renderUserData = (settings: Partial<Settings>, options: UserDataOptions = {}): UserData => {
  const resolved = resolve(readObject('settings', settings));
  const wrong = wrongOptions(options);
  if (!resolved.ok)
    wrong.unshift(
      ...resolved.problems.map((problem) => error('bad-settings', printProblems([problem]).trim())),
    );
  if (!resolved.ok || wrong.length > 0) return { ...NOTHING, problems: wrong };
  const source = () => options.remotePackage ?? options.payload ?? readPayload();
  const content = settingsText(resolved.value);
  const { extra, isScript = false, provider } = options;
  const merged = isScript
    ? { config: {}, problems: [] }
    : extra
      ? mergeExtra(configOf(content, options, source), extra)
      : { config: configOf(content, options, source), problems: [] };
  if (merged.problems.length > 0) return { ...NOTHING, problems: merged.problems };
  const text = isScript ? script(content, source()) : cloudConfig(merged.config);
  const bytes = options.isGzip ? compress(text) : Buffer.from(text);
  const size = bytes.length;
  const known = provider === undefined ? undefined : cloudNamed(provider);
  return {
    text,
    bytes,
    size,
    problems: known ? checkProvider(text, size, known, options) : checkSize(size, options),
  };
};
