import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Settings, withDefaults } from '../../src/config/schema.ts';
import { modelOf } from '../../src/model/model.ts';

export const DOMAIN = 'chat.example';
export const DAY = 86_400;
/** Midnight, for the last login is cut to the day. */
export const NOW = 20_000 * DAY;

export const relayModel = (settings: Partial<Settings> = {}) =>
  modelOf({ ...withDefaults(settings), mail_domain: DOMAIN });

export interface MailTree {
  /** What the relay calls its mail folder. */
  readonly root: string;
  home(name: string): string;
  /** A mailbox; the last login is as many days ago, `undefined` for a folder without a password. */
  mailbox(name: string, loginDaysAgo?: number): string;
  /** A file below the domain's folder, of this age. */
  file(path: string, content?: string, daysAgo?: number): void;
}

/** A mail folder of a test's own. */
export const mailTree = (): MailTree => {
  const root = mkdtempSync(join(tmpdir(), 'mail-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const file = (path: string, content = '', daysAgo = 0) => {
    const full = join(root, DOMAIN, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    utimesSync(full, NOW - daysAgo * DAY, NOW - daysAgo * DAY);
  };
  mkdirSync(join(root, DOMAIN));
  const home = (name: string) => join(root, DOMAIN, `${name}@${DOMAIN}`);
  return {
    root,
    home,
    file,
    mailbox: (name, loginDaysAgo) => {
      for (const part of ['cur', 'new', 'tmp']) mkdirSync(join(home(name), part), { recursive: true });
      if (loginDaysAgo !== undefined)
        file(`${name}@${DOMAIN}/password`, '{SHA512-CRYPT}$6$salt$hash', loginDaysAgo);
      return home(name);
    },
  };
};

/** The name Dovecot gives a message that came as many days ago. */
export const messageName = (daysAgo: number, size = 1000, flags = '', unique = 'M1P2.host'): string =>
  `${NOW - Math.round(daysAgo * DAY)}.${unique},S=${size},W=${size + 20}:2,${flags}`;
