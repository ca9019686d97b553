import { createRequire } from 'node:module';
import { ECHOBOT } from '../model/model.ts';
import { PROJECT } from './paths.ts';

/** The bot's program, made by `npm run build`. */
export const ECHOBOT_PROGRAM = `${PROJECT}lib/relay/chatmail-echobot`;

/** The core's program in this project's `node_modules`, for relays, which are all amd64; `undefined` without it. */
const coreProgram = (): string | undefined => {
  try {
    const { resolve } = createRequire(import.meta.url);
    return resolve('@deltachat/stdio-rpc-server-linux-x64/deltachat-rpc-server');
  } catch {
    return undefined;
  }
};

/**
 * What makes a relay with an echo bot, by its path there: too large for the package, and not in Debian.
 * `undefined` where the core was not installed along with this program.
 */
export const echobotFiles = (): Readonly<Record<string, string>> | undefined => {
  const core = coreProgram();
  return core === undefined ? undefined : { [ECHOBOT.program]: ECHOBOT_PROGRAM, [ECHOBOT.core]: core };
};
