import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { PATHS } from '../../model/model.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { setupPage } from './setup-page.ts';
import { readState, type State } from './state.ts';

/**
 * Shows the state: the setup page is a file that nginx serves, so that it needs none of the relay's services, least of all
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
