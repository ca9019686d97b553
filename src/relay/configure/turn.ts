import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { isPublic } from '../../model/is-public.ts';
import { type Model, PATHS } from '../../model/model.ts';
import { replaceSecret } from './replace-secret.ts';

/**
 * The address that the world has for this machine, where the machine itself does not know it: behind a provider's
 * address translation.
 */
const outerAddress = ({ host }: Model, own: string | undefined): string | undefined => {
  if (own === undefined || own === host || isPublic(own)) return undefined;
  if (isIPv4(host)) return host;
  try {
    const found = execFileSync('getent', ['ahostsv4', host], { encoding: 'utf8', timeout: 5000 });
    return /^[\d.]+/.exec(found)?.[0];
  } catch {
    return undefined; // not in DNS yet
  }
};

/** coturn's configuration from what was rendered, what is there by now, and where this machine is. Pure. */
export const turnConfig = (rendered: string, old: string, outer: string | undefined): string => {
  const secret = /^static-auth-secret=(\w{64})$/m.exec(old)?.[1] ?? randomBytes(32).toString('hex');
  return `${rendered}${outer === undefined ? '' : `external-ip=${outer}\n`}static-auth-secret=${secret}\n`;
};

/**
 * Writes coturn's configuration, with a secret that is made once and readable only by root, which starts
 * coturn, and vmail's group, which tells apps their passwords. Removes it where nothing was rendered or there is no
 * coturn.
 * Returns the paths that changed.
 */
export const applyTurn = (model: Model, rendered: string, own: string | undefined): string[] => {
  const path = PATHS.turn;
  const old = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (rendered === '' || !existsSync('/usr/bin/turnserver')) {
    if (model.settings.turn) process.stderr.write('turn: needs coturn and chatmail-relay-extras\n');
    rmSync(path, { force: true });
    return old === '' ? [] : [path];
  }
  const config = turnConfig(rendered, old, outerAddress(model, own));
  if (config === old) return [];
  replaceSecret(path, config);
  return [path];
};
