import { access } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { buildRelayPackages } from '../package/deb.ts';
import { failure } from '../terminal/failure.ts';
import type { Context, Options } from './command.ts';

export const PACKAGE_OPTIONS = {
  'relay-package': {
    type: 'string',
    value: 'FILE',
    help: 'the package chatmail-relay; built when not given',
  },
  'extras-package': {
    type: 'string',
    value: 'FILE',
    help: 'the package chatmail-relay-extras, by default the one beside --relay-package',
  },
} as const satisfies Options;

interface PackageValues {
  readonly 'relay-package'?: string;
  readonly 'extras-package'?: string;
}

/** Both packages of a relay, as absolute paths. */
interface RelayPackageFiles {
  readonly relay: string;
  readonly extras: string;
}

/** The name of the second package that was made along with this one. */
export const extrasBeside = (relay: string): string =>
  join(dirname(relay), basename(relay).replace(/^chatmail-relay(?=[_.])/, '$&-extras'));

/** Rejects with a failure where a package is not there. */
const given = async (relay: string, extras: string, program: string): Promise<RelayPackageFiles> => {
  if (relay === extras)
    throw failure('--relay-package needs --extras-package', {
      hint: 'a relay needs both packages in the same version',
    });
  for (const file of [relay, extras])
    await access(file).catch((cause: unknown) => {
      throw failure(`${file} is not there`, {
        hint: `\`${program} package\` builds both packages; name them with --relay-package and --extras-package`,
        cause,
      });
    });
  return { relay, extras };
};

/** The packages that the options name; or new ones, in `folder`. */
export const relayPackages = async (
  { 'relay-package': relay, 'extras-package': extras }: PackageValues,
  { cwd, program }: Pick<Context, 'cwd' | 'program'>,
  folder: string,
): Promise<RelayPackageFiles> => {
  if (relay !== undefined)
    return given(resolve(cwd, relay), resolve(cwd, extras ?? extrasBeside(relay)), program);
  if (extras !== undefined)
    throw failure('--extras-package needs --relay-package', { hint: 'both are built when neither is given' });
  const built = await buildRelayPackages(folder);
  return { relay: built.relay.path, extras: built.extras.path };
};
