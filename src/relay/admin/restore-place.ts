import { isIPv4 } from 'node:net';
import { isDomain } from '../../config/domain.ts';
import { PATHS } from '../../model/model.ts';
import { mailboxFinder } from '../lib/mailbox.ts';

/** What something in a backup is, by its name there. */
type Place =
  /** `path`: below the folder of the address; empty for that folder itself. */
  | { readonly is: 'mail'; readonly domain: string; readonly address: string; readonly path: string }
  | { readonly is: 'domain'; readonly domain: string }
  | { readonly is: 'key' | 'settings' | 'noCreate' | 'invitations' }
  /** `path`: below acmetool's folder. */
  | { readonly is: 'acme'; readonly path: string }
  /** A parent folder of one of these, or a file that is written again. */
  | { readonly is: 'passed over' }
  | { readonly is: 'refused'; readonly why: string };

const below = (folder: string, path: string): string | undefined =>
  path.startsWith(`${folder.slice(1)}/`) ? path.slice(folder.length) : undefined;

const FILES = new Map<string, 'key' | 'settings' | 'noCreate' | 'invitations'>([
  [PATHS.dkimKey, 'key'],
  [PATHS.settings, 'settings'],
  [PATHS.noCreate, 'noCreate'],
  [PATHS.invitations, 'invitations'],
]);

/** Of acmetool's folder: accounts, and what they got. What else is there follows from the settings. */
const ACME = /^(accounts|certs|keys|live)(\/[\w.%~-]{1,255}){1,3}$/;

/** A folder of Maildir++ in an address, its part, and a file in that; and something more. */
const MAX_DEPTH = 5;
const MAX_NAME = 255;

const isName = (name: string): boolean => name.length <= MAX_NAME && !/[\0-\x1f\x7f]/.test(name);

const inMail = (path: string): Place => {
  const [domain = '', address, ...rest] = path.split('/');
  const isLiteral = isIPv4(domain);
  if (!isLiteral && !isDomain(domain)) return { is: 'refused', why: 'not the folder of a domain' };
  if (address === undefined) return { is: 'domain', domain };
  const names = { domain, addressDomain: isLiteral ? `[${domain}]` : domain };
  if (mailboxFinder(names, '')(address)?.address !== address)
    return { is: 'refused', why: 'not an address of that domain' };
  if (rest.length > MAX_DEPTH || !rest.every(isName))
    return { is: 'refused', why: 'not a name in a mailbox' };
  return { is: 'mail', domain, address, path: rest.join('/') };
};

/** Decides by its name alone what something in a backup is. `name` is bytes, one per character. */
export const placeOf = (name: string): Place => {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return { is: 'refused', why: 'leads out of its folder' };
  const path = parts.join('/');
  const file = FILES.get(`/${path}`);
  if (file) return { is: file };
  const mail = below(PATHS.mail, path);
  if (mail !== undefined) return inMail(mail);
  const acme = below(PATHS.acme, path);
  if (acme !== undefined) return ACME.test(acme) ? { is: 'acme', path: acme } : { is: 'passed over' };
  const isOnTheWay = [PATHS.mail, PATHS.acme, ...FILES.keys()].some((known) =>
    `${known}/`.startsWith(path === '' ? '/' : `/${path}/`),
  );
  // A file that the relay writes again, and what upstream keeps beside the key.
  const isMadeAnew = `/${path}` === PATHS.model || path.startsWith('etc/dkimkeys/');
  return isOnTheWay || isMadeAnew
    ? { is: 'passed over' }
    : { is: 'refused', why: 'not the state of a relay' };
};
