import type { Payload } from '../package/payload.ts';
import type { PinnedPackage } from '../package/pin.ts';
import { DEBIAN_12, FETCH, GET_PACKAGES, SETUP } from './text-parts.ts';

/** Packages to fetch in place of the one that travels in the text. */
export interface RemotePackages {
  /** URLs of folders that have all of them, without a `/` at the end. They are tried in turn. */
  readonly sources: readonly string[];
  /** The last, the extras, has the rest of the script in it. */
  readonly packages: readonly PinnedPackage[];
}

/** Exists once the relay is installed (`cloud-init/setup.sh`). */
const DONE = '/var/lib/cloud/sem/chatmail-relay';
/** Runs at each boot, late: cloud-init has done all else by then (its `scripts-per-boot`). */
const SCRIPT = '/var/lib/cloud/scripts/per-boot/chatmail-relay';
/** Where it works; gone after a reboot. */
const FOLDER = '/run/chatmail-setup';

/** Long lines cost little indentation; longer ones are trouble in editors. */
const LINE = 1000;
const END = 'END';

const linesOf = (digits: string): string => {
  // Terraform's templates take `${` and `%{` for a beginning of theirs: a line ends between the two.
  const lines = digits.replace(/[$%](?=\{)/g, '$&\n').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  // A line must not end the text by accident; zeros at the end change nothing.
  return lines.map((line) => `${line === END ? `${line}!` : line}\n`).join('');
};

/** A folder of its own, and nothing more on a system that is not Debian 12. */
const start = (): string => `umask 022
mkdir -p ${DONE.replace(/\/[^/]*$/, '')} ${FOLDER}
cd ${FOLDER} || exit 1
${DEBIAN_12}`;

/**
 * Node is asked for only where it is missing: after a boot that was cut off while it unpacked the relay's package,
 * apt refuses everything until it gets that package again, and making it takes Node.
 */
const unpack = ({ unpacker, digits }: Payload): string =>
  `${GET_PACKAGES}node --version || get_packages nodejs
node -e 'SELF=require("zlib").brotliDecompressSync(Buffer.from("${unpacker}","base64"));eval(SELF+"")' <<'${END}' &&
${linesOf(digits)}${END}
. ./setup
`;

const fetch = ({ sources, packages }: RemotePackages): string =>
  `${FETCH}sources='${sources.join(' ')}'
${packages.map(({ name, sha256, size }) => `fetch ${name} ${sha256} ${size}\n`).join('')}dpkg-deb --fsys-tarfile ${packages.at(-1)?.name} | tar -xO .${SETUP} >setup
. ./setup
`;

/** The shell script that makes a stock Debian 12 a relay. Can be run again at any time. */
export const installScript = (source: Payload | RemotePackages): string =>
  `#!/bin/sh\n${start()}${'sources' in source ? fetch(source) : unpack(source)}`;

/**
 * A shell command for cloud-init's `bootcmd`, which runs at each boot with the text at hand: power may have
 * failed before a file that was written once has reached the disk.
 */
export const bootCommand = (source: Payload | RemotePackages): string =>
  `[ -e ${DONE} ] || {
cat >${SCRIPT} <<'${END}${END}'
${installScript(source)}${END}${END}
chmod 755 ${SCRIPT}
}
`;
