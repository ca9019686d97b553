import { brotliCompressSync, constants } from 'node:zlib';
import { setupScript } from '../package/install-scripts.ts';
import type { Payload } from '../package/payload.ts';

/** A package to fetch in place of the one that travels in the text. */
export interface RemotePackage {
  readonly url: string;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** Exists once the relay is installed (`cloud-init/setup.sh`). */
const DONE = '/var/lib/cloud/sem/chatmail-relay';
/** Runs at each boot, late: cloud-init has done all else by then (its `scripts-per-boot`). */
const SCRIPT = '/var/lib/cloud/scripts/per-boot/chatmail-relay';

/** Long lines cost little indentation; longer ones are trouble in editors. */
const LINE = 1000;
const END = 'END';

const linesOf = (digits: string): string => {
  // Terraform's templates take `${` and `%{` for a beginning of theirs: a line ends between the two.
  const lines = digits.replace(/[$%](?=\{)/g, '$&\n').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  // A line must not end the text by accident; zeros at the end change nothing.
  return lines.map((line) => `${line === END ? `${line}!` : line}\n`).join('');
};

const base64 = (program: string): string =>
  brotliCompressSync(program, {
    params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_LGWIN]: 16 },
  }).toString('base64');

/**
 * `get_packages` installs packages and does not give up: the archive may be out of reach for a while, its lists may have
 * changed since, another apt may be at work, or an earlier boot was cut short. What that one left in pieces is
 * mended first, by an install that names no package: one that does refuses where anything else is broken
 * (apt-get(8), `--fix-broken`). Its message goes to the console, as all that cloud-init runs does.
 */
const HEAD = `umask 022
export DEBIAN_FRONTEND=noninteractive DPKG_FORCE=confdef,confold
apt_install() {
  apt-get install --fix-broken --yes -o DPkg::Lock::Timeout=900 --no-install-recommends "$@"
}
update_lists() {
  apt-get update -o Acquire::Languages=none
}
get_packages() {
  until
    dpkg --configure -a
    apt_install
    apt_install "$@"
  do
    echo "chatmail: Debian's packages cannot be downloaded, trying again"
    sleep 9
    update_lists
  done
}
update_lists
mkdir -p ${DONE.replace(/\/[^/]*$/, '')} /run/chatmail-setup
cd /run/chatmail-setup || exit 1
`;

/**
 * Node is asked for only where it is missing: after a boot that was cut off while it unpacked the relay's package,
 * apt refuses everything until it gets that package again, and making it takes Node.
 */
const unpack = ({ unpacker, digits }: Payload): string =>
  `node --version || get_packages nodejs
node -e 'SELF=require("zlib").brotliDecompressSync(Buffer.from("${base64(unpacker)}","base64"));eval(SELF+"")' <<'${END}' &&
${linesOf(digits)}${END}
. ./setup
`;

/** apt's own helper fetches as apt would, and checks. */
const fetch = ({ url, sha256 }: RemotePackage): string =>
  `until /usr/lib/apt/apt-helper download-file '${url}' relay.deb SHA256:${sha256}
do
  echo 'chatmail: the package cannot be downloaded, trying again'
  sleep 9
done
${setupScript()}`;

/** The shell script that makes a stock Debian 12 a relay. Can be run again at any time. */
export const installScript = (source: Payload | RemotePackage): string =>
  `#!/bin/sh\n${HEAD}${'url' in source ? fetch(source) : unpack(source)}`;

/**
 * A shell command for cloud-init's `bootcmd`, which runs at each boot with the text at hand: power may have
 * failed before a file that was written once has reached the disk.
 */
export const bootCommand = (source: Payload | RemotePackage): string =>
  `[ -e ${DONE} ] || {
cat >${SCRIPT} <<'${END}${END}'
${installScript(source)}${END}${END}
chmod 755 ${SCRIPT}
}
`;
