import { existsSync } from 'node:fs';
import { ECHOBOT } from '../../model/model.ts';

/** Why the echo bot cannot run: its programs are in images that were built with them. `undefined` where they are. */
export const missingEchobot = (program: string = ECHOBOT.core): string | undefined =>
  existsSync(program)
    ? undefined
    : `not installed: ${program} is missing; an image has it when built with --with-echobot`;
