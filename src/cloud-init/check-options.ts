import { cloudNamed } from '../model/clouds/all.ts';
import type { PinnedPackage } from '../package/pin.ts';
import { namesArchive } from './mirror.ts';
import type { Base, UserDataOptions } from './options.ts';
import { type UserDataProblem, userDataError } from './problem.ts';

const BASES: readonly Base[] = ['image', 'debian'];

const KEY = /^(ssh|ecdsa|sk)-[\w@.-]+ [A-Za-z0-9+/]+=*( [ -~]*)?$/;

/** Why a line is not a key. */
const wrongKey = (line: string): string => {
  if (line.includes('PRIVATE KEY')) return 'is a private key';
  return /.[ ,](ssh|ecdsa|sk)-[\w@.-]+ AAAA/.test(line)
    ? 'has options before the key: give the key alone'
    : 'is not a line of authorized_keys';
};
const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const WEB_URL = /^https?:\/\/[\w.:[\]-]+(\/[\w.~%+,:@&=?/#-]*)?$/;
/** A folder's; what a shell would take for a pattern is not part of it. */
const SOURCE = /^https?:\/\/[\w.:[\]-]+(\/[\w.~%+,:@=/-]*)?$/;
const PACKAGE = /^chatmail-relay[\w.+~-]*\.deb$/;
const SHA256 = /^[0-9a-f]{64}$/;

const isPinned = ({ name, sha256, size }: PinnedPackage): boolean =>
  PACKAGE.test(name) && SHA256.test(sha256) && Number.isSafeInteger(size) && size > 0;

/** What of these options cannot be, or not together. */
export const wrongOptions = (options: UserDataOptions): UserDataProblem[] => {
  const {
    base = 'image',
    sshKeys = [],
    hostname,
    phoneHome,
    mirror,
    sources = [],
    packages = [],
    isScript,
    isGzip,
    provider,
  } = options;
  const say = (isWrong: boolean, message: string, hint?: string) =>
    isWrong ? [userDataError('bad-option', message, hint)] : [];
  return [
    ...say(!BASES.includes(base), `base is image or debian, not ${JSON.stringify(base)}`),
    ...sshKeys.flatMap((key, n) =>
      say(!KEY.test(key), `SSH key ${n + 1} ${wrongKey(key)}`, 'it begins like ssh-ed25519 AAAA'),
    ),
    ...say(hostname !== undefined && !HOST.test(hostname), `${JSON.stringify(hostname)} is not a host name`),
    ...[phoneHome, mirror].flatMap((url) =>
      say(url !== undefined && !WEB_URL.test(url), `${JSON.stringify(url)} is not an http or https URL`),
    ),
    ...say(
      base === 'debian' && mirror !== undefined && !namesArchive(mirror),
      `the path of the mirror ${JSON.stringify(mirror)} does not name Debian's archive`,
      'write for example http://mirror.example.org/debian; security updates are beside it, in debian-security',
    ),
    ...sources.flatMap((url) =>
      say(!SOURCE.test(url), `${JSON.stringify(url)} is not the http or https URL of a folder`),
    ),
    ...say(sources.length > 0 && packages.length === 0, 'it is not known which packages are at the sources'),
    ...packages.flatMap((one) =>
      say(
        !isPinned(one),
        `${JSON.stringify(one.name)} is not pinned`,
        "a package has its file's name, its SHA-256 in 64 hexadecimal digits, and its size in bytes",
      ),
    ),
    ...say(
      base === 'image' && (sources.length > 0 || (mirror ?? isScript) !== undefined),
      'sources, a mirror and a script are for stock Debian; the relay image needs none of them',
      'leave them out, or choose the base debian',
    ),
    ...say(
      isScript === true &&
        (sshKeys.length > 0 || (hostname ?? phoneHome ?? mirror ?? options.extra) !== undefined),
      'a script sets the relay only: keys, host name, phone_home, mirror and further cloud-config need cloud-init',
    ),
    ...say(
      isScript === true && isGzip === true,
      'a script cannot be compressed: only cloud-init unpacks gzip',
    ),
    ...say(
      provider !== undefined && cloudNamed(provider) === undefined,
      `unknown provider ${JSON.stringify(provider)}`,
      'leave it out; the text is the same everywhere',
    ),
  ];
};
