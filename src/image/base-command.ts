import { SUITE } from './packages.ts';
import { quickUcf } from './quick-ucf.ts';

/**
 * The kernel's package makes an initramfs, and initramfs-tools makes it again at the end; with this neither
 * does (/etc/kernel/postinst.d/initramfs-tools), and a hook makes it once.
 */
export const BASE_ENV = { INITRD: 'No' } as const;

/** Inside the tree. The links of the kernel's package were made without the initramfs. */
const MAKE_INITRAMFS = [
  'update-initramfs -c -k all',
  'for image in /boot/vmlinuz-*; do linux-update-symlinks install "${image#/boot/vmlinuz-}" "$image"; done',
].join(' && ');

export interface BaseCommand {
  /** What comes along without being asked for: little, or all that Debian holds important. */
  readonly variant: 'minbase' | 'important';
  readonly packages: readonly string[];
  /** File with dpkg options, such as the paths not to unpack. */
  readonly dpkgOptions?: string;
  /** Folder with our files for /etc/initramfs-tools, which decide what the initramfs contains. */
  readonly initramfs?: string;
  /** Commands for a shell inside the finished tree. */
  readonly finish?: readonly string[];
}

const INITRAMFS = '/etc/initramfs-tools';
const INITRAMFS_FILES = ['conf.d/chatmail-image', 'hooks/chatmail-image'] as const;

/** mmdebstrap takes the words of its own commands apart as a shell would. */
const bringInitramfsFiles = (folder: string): string[] => [
  ...INITRAMFS_FILES.map((file) => {
    const from = `${folder}/${file}`.replaceAll("'", `'\\''`);
    return `--customize-hook=upload '${from}' ${INITRAMFS}/${file}`;
  }),
  `--customize-hook=chmod 755 "$1"${INITRAMFS}/hooks/chatmail-image`,
];

const MERGED_USR = '/usr/share/mmdebstrap/hooks/merged-usr';

/**
 * The command that writes the base system as a tar to standard output. `--mode=unshare` is right for root too:
 * it keeps mounts and host name in namespaces of their own.
 */
export const baseCommand = ({
  variant,
  packages,
  dpkgOptions,
  initramfs,
  finish = [],
}: BaseCommand): readonly string[] => [
  'mmdebstrap',
  '--mode=unshare',
  `--variant=${variant}`,
  '--format=tar',
  '--verbose',
  `--include=${packages.join(',')}`,
  ...(dpkgOptions === undefined ? [] : [`--dpkgopt=${dpkgOptions}`]),
  // What is lost in a power failure here is made again.
  '--dpkgopt=force-unsafe-io',
  '--aptopt=APT::Install-Recommends "false"',
  '--aptopt=Acquire::Languages "none"',
  `--hook-dir=${MERGED_USR}`,
  // Postfix writes the host name into its configuration; the builder's name must not be in an image.
  '--setup-hook=hostname debian',
  `--essential-hook=${quickUcf('"$1"/usr/local/bin/ucf')}`,
  '--customize-hook=rm "$1"/usr/local/bin/ucf',
  ...(initramfs === undefined ? [] : bringInitramfsFiles(initramfs)),
  `--customize-hook=chroot "$1" env --unset=INITRD sh -c '${MAKE_INITRAMFS}'`,
  ...finish.map((command) => `--customize-hook=chroot "$1" ${command}`),
  SUITE,
  '-',
];

/** How far mmdebstrap is, read off the lines of dpkg and apt. */
interface BaseProgress {
  readonly packages: number;
  readonly unpacked: number;
  readonly configured: number;
  readonly detail: string;
}

export const NO_PROGRESS: BaseProgress = { packages: 0, unpacked: 0, configured: 0, detail: '' };

const ARCHITECTURE = /:\w+$/;

/** The next state, after one more line of output. Lines that say nothing leave it as it is. */
export const readBaseLine = (state: BaseProgress, line: string): BaseProgress => {
  const newly = /, (\d+) newly installed/.exec(line)?.[1];
  if (newly !== undefined) return { ...state, packages: state.packages + Number(newly) };
  const [, verb, name = ''] = /^(Unpacking|Setting up|I:) (\S+)/.exec(line) ?? [];
  const detail = name.replace(ARCHITECTURE, '');
  if (verb === 'Unpacking') return { ...state, unpacked: state.unpacked + 1, detail };
  if (verb === 'Setting up') return { ...state, configured: state.configured + 1, detail };
  if (verb === 'I:') return { ...state, detail: line.slice(3).replace(/\.\.\.$/, '') };
  return state;
};

/**
 * Share of the work that is done. The archive's lists and packages come first and are not counted; dpkg tells
 * in two rounds how many packages there are, so it starts from what such a system has.
 */
export const baseFraction = ({ packages, unpacked, configured }: BaseProgress): number => {
  const TYPICAL = 260;
  const all = Math.max(packages, packages > 150 ? packages : TYPICAL);
  return Math.min(0.99, 0.1 + (0.85 * (unpacked + configured)) / (2 * all));
};
