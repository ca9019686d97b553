import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CheckedRecord } from '../../dns/compare.ts';
import { PATHS } from '../../model/model.ts';
import type { Addresses } from '../../model/zone.ts';
import { replaceFile } from './replace-file.ts';
import { setupPage } from './setup-page.ts';

/** How it stands with the certificate that clients see. */
export interface CertificateState {
  readonly state: 'self-signed' | 'placeholder' | 'waiting' | 'valid' | 'failed' | 'external';
  /** In words: until when it is valid, what it waits for, or what failed. */
  readonly detail: string;
  /** How often in a row the authority was asked in vain, and the Unix time before which it is not asked again. */
  readonly tries?: number;
  readonly retryAt?: number;
  /** It answered, and refused. */
  readonly isRefused?: boolean;
}

/** Where a relay is on its way to readiness: one JSON file of root's, shown by `chatmail status` and on the console. */
export interface State {
  readonly state: 'configuring' | 'starting' | 'waiting' | 'ready' | 'error';
  /** What it is doing or waiting for, in a few words. */
  readonly step: string;
  readonly domain?: string;
  readonly address?: string;
  /** The cloud it runs in, as cloud-init calls it. */
  readonly cloud?: string | undefined;
  /** Those the Internet is to find it at. */
  readonly addresses?: Addresses;
  /** Where each setting that is not a default came from. */
  readonly sources?: Readonly<Record<string, string>>;
  /** Printed problems, with their place; only in state `error`, or warnings. In words that everybody may read. */
  readonly problems?: string | undefined;
  /** The same for root alone: with what the user wrote, and what programs printed. */
  readonly details?: string | undefined;
  /** Unix time of this entry, in seconds. */
  readonly since: number;
  /** What DNS should say and what it says. */
  readonly dns?: readonly CheckedRecord[] | undefined;
  readonly certificate?: CertificateState | undefined;
  /** The account at the certificate authority, by its URL, once there is one. */
  readonly account?: string | undefined;
  /** Whether mail gets out of the provider's network. */
  readonly port25?: 'open' | 'blocked' | 'unknown';
}

/** `undefined` where there is none, or a damaged one: each step on the way to readiness writes it anew. */
export const readState = (path: string = PATHS.state): State | undefined => {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as State | undefined;
    return typeof found?.state === 'string' && typeof found.step === 'string' ? found : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES')
      throw new Error('only root may see this: use sudo');
    return undefined;
  }
};

/**
 * Shows the state: the setup page is a file that nginx serves, so that it needs no service of ours, least of all
 * when something is wrong. Until the relay is ready it is the home page.
 */
const showState = (state: State, pages: string): void => {
  mkdirSync(pages, { recursive: true });
  const page = setupPage(state);
  replaceFile(`${pages}/setup.html`, page);
  if (state.state === 'ready') rmSync(`${pages}/index.html`, { force: true });
  else replaceFile(`${pages}/index.html`, page);
};

/** What is said of a relay whose state is damaged, until it is configured. */
const UNKNOWN: Omit<State, 'since'> & { since?: number } = { state: 'starting', step: 'starting services' };

/** Enters what is new, and shows it; the rest stays as it was. Nothing new is not written. */
export const updateState = (
  news: Partial<Omit<State, 'since'>>,
  path: string = PATHS.state,
  pages: string = PATHS.setup,
): void => {
  const { since, ...old } = readState(path) ?? UNKNOWN;
  const state = JSON.stringify({ ...old, ...news });
  // The pages go with every boot.
  if (state === JSON.stringify(old) && existsSync(`${pages}/setup.html`)) return;
  mkdirSync(dirname(path), { recursive: true });
  const text = `${state.slice(0, -1)},"since":${Math.floor(Date.now() / 1000)}}\n`;
  replaceFile(path, text, 0o600);
  showState(JSON.parse(text) as State, pages);
};
