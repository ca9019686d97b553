import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Apps ask for new ones 12 hours before the end. */
const LIFETIME = 2 * 86_400;
const PORT = 3478;

/** The secret in coturn's configuration; `undefined` where there is none. */
export const turnSecret = (path: string): string | undefined => {
  try {
    return /^static-auth-secret=(\w+)$/m.exec(readFileSync(path, 'latin1'))?.[1];
  } catch {
    return undefined;
  }
};

/**
 * `host:port:user:password`, good until the Unix time that is the user's name (A REST API For Access To TURN
 * Services, draft-uberti-behave-turn-rest-00).
 */
export const turnCredentials = (host: string, secret: string, now: number): string => {
  const user = String(now + LIFETIME);
  return `${host}:${PORT}:${user}:${createHmac('sha1', secret).update(user).digest('base64')}`;
};
