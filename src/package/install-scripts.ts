import { readFileSync } from 'node:fs';
import { PROJECT } from './paths.ts';

/** A script of this project, by its path there. */
export const scriptText = (path: string): string => readFileSync(PROJECT + path, 'utf8');

/** Installs the package and starts nothing: in a tree, in Packer's machine, and in the text that is pasted. */
export const INSTALL_SCRIPT = 'src/install/install.sh';
/** Looks for what an image must have. */
export const SELF_TEST_SCRIPT = 'src/install/self-test.sh';
/** Takes out what belongs to one machine, and looks for what is left of it: the rules of identity are there. */
export const SEAL_SCRIPT = 'src/install/seal.sh';
/** Makes a stock Debian a relay. */
const SETUP_SCRIPT = 'cloud-init/setup.sh';

/** A shell script without what only readers of the source need, and in the blanks that user-data takes. */
const withoutComments = (script: string): string =>
  script
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .map((line) => `${line.replace(/^\t+/, (tabs) => '  '.repeat(tabs.length))}\n`)
    .join('');

/** A part of the text for a stock Debian, by its name in `src/install`. */
export const textPart = (name: 'debian-12' | 'get-packages' | 'fetch'): string =>
  withoutComments(scriptText(`src/install/${name}.sh`));

/** The script that makes a stock Debian a relay, in one piece and without what only its readers need. */
const wholeSetup = (): string =>
  withoutComments(scriptText(SETUP_SCRIPT)).replace('. ./install.sh\n', () =>
    // Its default is for callers that set none; and `${` means something to Terraform, which people paste this in.
    withoutComments(scriptText(INSTALL_SCRIPT)).replace(/^relay_packages=\$\{.*\n/m, ''),
  );

/** The same for the pasted text: it does not bring the extras, which keep packages. */
export const setupScript = (): string => wholeSetup().replace(/^.*\/keep-packages .*\n/m, '');

/** Where the extras have {@link fetchedSetup}. */
export const FETCHED_SETUP = '/usr/lib/chatmail/setup.sh';

/** What a text goes on with once it has fetched the packages: it would not fit into one that is small. */
export const fetchedSetup = (): string =>
  `# Sourced by the text that fetched this package.\n${textPart('get-packages')}${wholeSetup()}`;
