import { run } from '../program/run.ts';
import { type PackerProblem, problemOf } from './problem.ts';

/** A Packer on this machine. */
export interface PackerVersion {
  /** For example `1.6.6`. */
  readonly version: string;
  readonly major: number;
  readonly minor: number;
}

/** Reads what `packer version` prints. */
export const parsePackerVersion = (text: string): PackerVersion | undefined => {
  const [, major = '', minor = '', patch = ''] = /^Packer v(\d+)\.(\d+)\.(\d+)/m.exec(text) ?? [];
  if (major === '') return undefined;
  return { version: `${major}.${minor}.${patch}`, major: Number(major), minor: Number(minor) };
};

/** Whether this Packer is of that version or a later one, for example `1.14.0`. */
export const isAtLeast = ({ major, minor }: PackerVersion, version: string): boolean => {
  const [wantedMajor = 0, wantedMinor = 0] = version.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
};

/** Whether this Packer takes its builders as plugins, and `required_plugins` in templates (since 1.7). */
export const knowsPlugins = (version: PackerVersion): boolean => isAtLeast(version, '1.7.0');

/** Looks for Packer on the PATH. A program of that name that is not Packer (there is one for CrackLib) is none. */
export const findPacker = async (
  env: Readonly<Record<string, string | undefined>> = {},
  packer = 'packer',
): Promise<PackerVersion | PackerProblem> => {
  const options = { env: { ...env, CHECKPOINT_DISABLE: '1' }, signal: AbortSignal.timeout(30_000) };
  const said = await run([packer, 'version'], options).catch(() => '');
  return parsePackerVersion(said) ?? problemOf('no-packer', {});
};
