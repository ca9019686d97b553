import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { PATHS } from '../../model/model.ts';
import { MAX_JOURNAL } from '../invitations/journal.ts';
import { asUser } from '../lib/as-user.ts';
import { exists } from '../lib/exists.ts';
import { readRegular } from '../lib/read-regular.ts';
import { replaceFile } from '../lib/replace-file.ts';

const removeTree = (path: string): void => rmSync(path, { recursive: true, force: true });

/** Where a restore works: the folder of the mail, and one of root's on the same disk and mount. */
export interface Workplace {
  readonly mail: string;
  readonly staging: string;
}

const VOLUME = '/var/lib/chatmail/data';

const isSame = (a: string, b: string): boolean => {
  const [one, other] = [a, b].map((path) => lstatSync(path, { throwIfNoEntry: false }));
  return one !== undefined && one.dev === other?.dev && one.ino === other.ino;
};

/**
 * On a data volume mail is mounted from there: rename(2) works within a mount only. Where the mail folder is a mount
 * made by the operator, there is no folder of root's beside it: what is staged in it is all vmail's.
 */
export const findWorkplace = (): Workplace => {
  const beside = dirname(PATHS.mail);
  if (isSame(`${VOLUME}/chatmail/mail`, PATHS.mail))
    return { mail: `${VOLUME}/chatmail/mail`, staging: `${VOLUME}/chatmail/restore` };
  const isMount = lstatSync(beside).dev !== lstatSync(PATHS.mail).dev;
  return { mail: PATHS.mail, staging: `${isMount ? PATHS.mail : beside}/.restore` };
};

const isRoots = (folder: string): boolean => lstatSync(folder).uid === 0;

const PARTS = ['new', 'old'];

/** Removes the staging folder; what is vmail's in it, as vmail. */
export const removeStaging = (staging: string): void => {
  if (!exists(staging)) return;
  asUser('vmail', () => {
    for (const part of PARTS.map((name) => `${staging}/${name}`))
      for (const name of exists(part) ? readdirSync(part) : []) removeTree(`${part}/${name}`);
  });
  const remove = () => {
    for (const part of PARTS.map((name) => `${staging}/${name}`)) if (exists(part)) rmdirSync(part);
    rmdirSync(staging);
  };
  if (isRoots(staging)) remove();
  else asUser('vmail', remove);
};

/** Makes the folder that mail is staged in: vmail's, in one of root's where there is one. */
export const makeStaging = (staging: string): void => {
  removeStaging(staging);
  const make = (mode: number) => {
    mkdirSync(staging);
    chmodSync(staging, mode);
    for (const part of PARTS) mkdirSync(`${staging}/${part}`, { mode: 0o700 });
  };
  if (!isRoots(dirname(staging))) {
    asUser('vmail', () => make(0o700));
    return;
  }
  make(0o711);
  const [uid = 0, gid = 0] = asUser('vmail', () => [process.geteuid?.(), process.getegid?.()]);
  for (const part of PARTS) chownSync(`${staging}/${part}`, uid, gid);
};

/**
 * Steps of which each can be taken back, the last one first. One that cannot be does not keep the others from it:
 * `undo` returns the messages of those that failed.
 */
export const undoable = () => {
  const backs: (() => void)[] = [];
  return {
    step: (action: () => void, back: () => void): void => {
      backs.push(back);
      action();
    },
    undo: (): string[] => {
      const failures: string[] = [];
      for (const back of backs.splice(0).reverse()) {
        try {
          back();
        } catch (error) {
          failures.push((error as Error).message);
        }
      }
      return failures;
    },
  };
};
type Step = ReturnType<typeof undoable>['step'];

/** What was there before comes back: after a failure, and after a restore that was cut short. As vmail. */
export const putMailBack = ({ mail, staging }: Workplace): void => {
  const old = `${staging}/old`;
  for (const domain of existsSync(old) ? readdirSync(old) : [])
    for (const address of readdirSync(`${old}/${domain}`)) {
      removeTree(`${mail}/${domain}/${address}`);
      renameSync(`${old}/${domain}/${address}`, `${mail}/${domain}/${address}`);
    }
};

/** What was there before does not come back from here on. As vmail. */
export const forgetMail = ({ staging }: Workplace, domain: string): void =>
  renameSync(`${staging}/old/${domain}`, `${staging}/new/.replaced`);

/** Puts staged addresses in place; those they replace go to the staging folder. All as vmail, whose folders they are. */
export const switchMail = (
  step: Step,
  place: Workplace,
  domain: string,
  addresses: ReadonlySet<string>,
): void => {
  const [from, to, old] = [
    `${place.staging}/new/${domain}`,
    `${place.mail}/${domain}`,
    `${place.staging}/old/${domain}`,
  ];
  const added: string[] = [];
  step(
    () =>
      asUser('vmail', () => {
        mkdirSync(to, { recursive: true, mode: 0o700 });
        mkdirSync(old, { recursive: true, mode: 0o700 });
        for (const address of addresses) {
          if (exists(`${to}/${address}`)) renameSync(`${to}/${address}`, `${old}/${address}`);
          added.push(address);
          renameSync(`${from}/${address}`, `${to}/${address}`);
        }
      }),
    () =>
      asUser('vmail', () => {
        for (const address of added) removeTree(`${to}/${address}`);
        putMailBack(place);
      }),
  );
};

/** Writes a file as the owner of its folder; taken back it is what it was before, or gone. */
export const switchFile = (
  step: Step,
  path: string,
  content: Buffer | string,
  { mode = 0o644, owner = 'root' } = {},
): void => {
  const as = <R>(action: () => R): R => (owner === 'root' ? action() : asUser(owner, action));
  const before = as(() => readRegular(path, MAX_JOURNAL));
  step(
    () => as(() => replaceFile(path, content, mode)),
    () => as(() => (before === undefined ? rmSync(path, { force: true }) : replaceFile(path, before, mode))),
  );
};

const [ACME_NEW, ACME_MOVING, ACME_OLD] = ['.restore', '.moving', '.before'].map(
  (name) => `${PATHS.acme}/${name}`,
) as [string, string, string];
const ACME_PARTS = ['accounts', 'certs', 'keys', 'live'];

/** Writes acmetool's files beside those that are in use. Links last: nothing is written through one. */
export const stageAcme = (acme: ReadonlyMap<string, Buffer | string>): void => {
  removeTree(ACME_NEW);
  for (const [path, content] of [...acme].sort(
    ([, a], [, b]) => Number(typeof a === 'string') - Number(typeof b === 'string'),
  )) {
    const file = `${ACME_NEW}/${path}`;
    const isSecret = /^(accounts|keys)\//.test(path);
    mkdirSync(dirname(file), { recursive: true, mode: isSecret ? 0o700 : 0o755 });
    if (typeof content === 'string') symlinkSync(content, file);
    else replaceFile(file, content, isSecret ? 0o600 : 0o644);
  }
};

const move = (from: string, to: string): void => {
  for (const part of ACME_PARTS) {
    if (!exists(`${from}/${part}`)) continue;
    removeTree(`${to}/${part}`);
    renameSync(`${from}/${part}`, `${to}/${part}`);
  }
};

/** What was there before comes back: after a failure, and after a restore that was cut short. */
export const putAcmeBack = (): void => {
  // Once all of it was away, what is in its place is the backup's.
  if (exists(ACME_OLD)) for (const part of ACME_PARTS) removeTree(`${PATHS.acme}/${part}`);
  for (const away of [ACME_OLD, ACME_MOVING]) move(away, PATHS.acme);
};

/** What was there before does not come back from here on. */
export const forgetAcme = (): void => {
  if (exists(ACME_OLD)) renameSync(ACME_OLD, `${ACME_NEW}/replaced`);
};

/** One account at the authority: that of the backup. */
export const switchAcme = (step: Step): void =>
  step(() => {
    for (const path of [ACME_OLD, ACME_MOVING]) removeTree(path);
    mkdirSync(ACME_MOVING, { mode: 0o700 });
    move(PATHS.acme, ACME_MOVING);
    renameSync(ACME_MOVING, ACME_OLD);
    move(ACME_NEW, PATHS.acme);
  }, putAcmeBack);

/** Nothing of a restore is left. */
export const cleanAcme = (): void => {
  for (const path of [ACME_NEW, ACME_MOVING, ACME_OLD]) removeTree(path);
};
