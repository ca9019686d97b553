import { basename, delimiter, dirname, relative } from 'node:path';

/** The name of the installed program, from `bin` in package.json. */
export const PROGRAM = 'chatmail-image';

interface Start {
  /** `process.argv[1]`: the absolute path of the script or of the link to it. */
  readonly script: string | undefined;
  readonly cwd: string;
  /** `PATH` in the environment. */
  readonly path: string | undefined;
}

/** What a person types to start this program the same way again, as help texts and hints show it. */
export const programName = ({ script, cwd, path = '' }: Start): string => {
  if (script === undefined) return PROGRAM;
  if (basename(script) !== PROGRAM) {
    const below = relative(cwd, script);
    return `node ${below.startsWith('..') ? script : below}`;
  }
  return path.split(delimiter).includes(dirname(script)) ? PROGRAM : `npx ${PROGRAM}`;
};
