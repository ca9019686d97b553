import { readFileSync, statSync } from 'node:fs';
import type { Source } from '../../config/problem.ts';

/** A text that may hold settings, and the key they stand under in it, if not at the top. */
export interface SettingsSource extends Source {
  readonly under?: string;
}

const CLOUD = '/var/lib/cloud/instance/';
/** Above any cloud's user-data; a larger file is not read. */
const LIMIT = 1 << 20;

const read = (path: string): string | undefined => {
  try {
    return statSync(path).size <= LIMIT ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
};

/**
 * The cloud's user-data as it was written, so that a problem has its place in what the user pasted. Where it is
 * not plain cloud-config (MIME parts, an archive), cloud-init's merged form of it.
 */
const userData = (readText: typeof read): SettingsSource | undefined => {
  const written = readText(`${CLOUD}user-data.txt`);
  const text = written?.startsWith('#cloud-config') ? written : readText(`${CLOUD}cloud-config.txt`);
  return text === undefined ? undefined : { name: 'user-data', text, under: 'chatmail' };
};

const file = (path: string, readText: typeof read): SettingsSource | undefined => {
  const text = readText(path);
  return text === undefined ? undefined : { name: path, text };
};

/** Where settings come from, strongest first. What is not there is left out. */
export const settingsSources = (readText: typeof read = read): SettingsSource[] =>
  [userData(readText), file('/etc/chatmail/chatmail.yaml', readText)].filter(
    (source) => source !== undefined,
  );
