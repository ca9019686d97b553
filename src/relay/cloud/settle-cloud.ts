import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { exists } from '../lib/exists.ts';
import { readText } from '../lib/read-text.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { type Cloud, readCloud } from './read-cloud.ts';
import { newSettingsFile, SETTINGS_FILE } from './settings-sources.ts';

/** What the cloud said last, and which settings file its user-data had: kept, so that both survive its silence. */
export const KEPT_CLOUD = '/var/lib/chatmail/cloud.json';
const KEPT_FILE = '/var/lib/chatmail/user-data.yaml';

const keep = (path: string, content: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  if (readText(path) !== content) replaceFile(path, content, 0o600);
};

/** The cloud's part of what this machine was told; a settings file in user-data is put in place when it is new. */
export const settleCloud = (isDryRun: boolean): Cloud => {
  const cloud = readCloud(readText, exists(KEPT_CLOUD) ? (readText(KEPT_CLOUD) ?? '') : undefined);
  if (isDryRun) return cloud;
  if (cloud.name !== undefined) keep(KEPT_CLOUD, JSON.stringify(cloud));
  const content = newSettingsFile(cloud, exists(SETTINGS_FILE) ? readText(KEPT_FILE) : undefined);
  // If what it said is lost, the file in the machine may have been edited since: it stays.
  const isUnknown = exists(SETTINGS_FILE) && exists(KEPT_FILE) && !readText(KEPT_FILE);
  if (content !== undefined && isUnknown) keep(KEPT_FILE, content);
  else if (content !== undefined) {
    mkdirSync(dirname(SETTINGS_FILE), { recursive: true });
    replaceFile(SETTINGS_FILE, content);
    keep(KEPT_FILE, content);
  }
  return cloud;
};
