import { parseSize } from '../../config/size.ts';
import { DEFAULT_NAMES } from '../../image/default-names.ts';
import { COMPRESSIONS, type Compression, FORMATS, type Format, isFormat } from '../../image/formats.ts';
import { isKernel, isPackageName, KERNELS, type Kernel } from '../../image/packages.ts';
import { MiB } from '../../image/partition-table.ts';

export const FORMAT_NAMES = Object.keys(FORMATS).join(', ');
/** Room for twice what is in it, so that the first upgrades fit even where a disk is not given more. */
export const DEFAULT_SIZE = '2G';
const SMALLEST = 1024 * MiB;

/** What puts something of the relay into an image. */
const OF_THE_RELAY = ['relay-package', 'extras-package', 'with-echobot', 'config', 'set'] as const;

interface Choices {
  readonly formats: readonly Format[];
  readonly compression: Compression;
  readonly kernel: Kernel;
  readonly name: string;
  readonly diskSize: number;
  /** Packages of Debian to put in besides. */
  readonly include: readonly string[];
  /** Folder for the results, as it was given. */
  readonly output: string;
}

/** Parts between commas. */
const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

/** What the options choose, or what is wrong with them. */
export const readChoices = (values: {
  readonly format?: string;
  readonly compression?: string;
  readonly name?: string;
  readonly size?: string;
  readonly output?: string;
  readonly bare?: boolean;
  readonly kernel?: string;
  readonly include?: string;
  readonly 'relay-package'?: string;
  readonly 'extras-package'?: string;
  readonly 'with-echobot'?: boolean;
  readonly config?: string;
  readonly set?: readonly string[];
}): Choices | { readonly message: string; readonly hint: string } => {
  const defaults = DEFAULT_NAMES[values.bare ? 'bare' : 'relay'];
  const { format = 'qcow2', compression: kind = 'zlib', size = DEFAULT_SIZE } = values;
  const { name = defaults.name, output = defaults.output } = values;
  const excluded = values.bare && OF_THE_RELAY.find((option) => values[option] !== undefined);
  if (excluded) {
    return {
      message: `only one of --bare and --${excluded} can be given`,
      hint: 'a bare image is Debian without the relay',
    };
  }
  const formats = [...new Set(format.split(',').map((one) => one.trim()))];
  const unknown = formats.find((one) => !isFormat(one));
  if (unknown !== undefined)
    return { message: `unknown format \`${unknown}\``, hint: `formats are ${FORMAT_NAMES}` };
  const compression = COMPRESSIONS.find((one) => one === kind);
  if (!compression)
    return { message: `unknown compression \`${kind}\``, hint: `choose ${COMPRESSIONS.join(' or ')}` };
  // A bare Debian is as clouds have it.
  const kernel = values.kernel ?? (values.bare ? 'cloud' : 'generic');
  if (!isKernel(kernel))
    return { message: `unknown kernel \`${kernel}\``, hint: `choose ${Object.keys(KERNELS).join(' or ')}` };
  if (!/^\w[\w.+-]*$/.test(name)) {
    return {
      message: 'a name can have only letters, digits, and . _ + -',
      hint: 'set the folder with --output',
    };
  }
  const include = listOf(values.include ?? '');
  const noPackage = include.find((one) => !isPackageName(one));
  if (noPackage !== undefined) {
    return {
      message: `\`${noPackage}\` is not a package name`,
      hint: 'write package names as apt knows them, separated by commas: htop,nftables',
    };
  }
  const diskSize = parseSize(size);
  if (diskSize === undefined || diskSize < SMALLEST || diskSize % MiB !== 0) {
    return {
      message: `\`${size}\` is not a valid disk size`,
      hint: 'at least 1G, in steps of 1M, for example 2G',
    };
  }
  return { formats: formats.filter(isFormat), compression, kernel, name, diskSize, include, output };
};
