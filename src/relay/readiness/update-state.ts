import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { PATHS } from '../../model/model.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { setupPage } from './setup-page.ts';
import { readState, type State } from './state.ts';

/** How long a relay is new: the home page has a link to the setup page for its operator. */
const NEW_S = 7 * 86_400;

/** What nginx puts into the footer of the home page. */
const LINK = '<a href="/setup">Setup</a>';

/** Writes a file, or removes it. */
const put = (path: string, content: string | undefined): void => {
  if (content === undefined) rmSync(path, { force: true });
  else replaceFile(path, content);
};

/**
 * Shows the state: the setup page is a file that nginx serves, so that it needs none of the relay's services, least of all
 * when something is wrong. Until the relay is ready it is the home page.
 */
const showState = (state: State, isNew: boolean, pages: string): void => {
  mkdirSync(pages, { recursive: true });
  const page = setupPage(state);
  replaceFile(`${pages}/setup.html`, page);
  put(`${pages}/link.html`, isNew ? LINK : undefined);
  put(`${pages}/index.html`, state.state === 'ready' ? undefined : page);
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
  const now = Math.floor(Date.now() / 1000);
  const next = { ...old, ...news };
  const readyAt = next.readyAt ?? (next.state === 'ready' ? now : undefined);
  const isNew = readyAt !== undefined && now - readyAt < NEW_S;
  const state = JSON.stringify({ ...next, readyAt });
  // The pages go with every boot.
  const isShown = existsSync(`${pages}/setup.html`) && existsSync(`${pages}/link.html`) === isNew;
  if (state === JSON.stringify(old) && isShown) return;
  mkdirSync(dirname(path), { recursive: true });
  const text = `${state.slice(0, -1)},"since":${now}}\n`;
  replaceFile(path, text, 0o600);
  showState(JSON.parse(text) as State, isNew, pages);
};
