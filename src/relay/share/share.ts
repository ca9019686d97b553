import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Model } from '../../model/model.ts';
import { ARCHIVE_SOURCES } from '../../model/packages.ts';
import { renderTextMaker } from '../../text-maker/render-text-maker.ts';
import { VERSION } from '../../version.ts';
import { archiveUrl } from '../lib/archive.ts';
import { readText } from '../lib/read-text.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { type PublicFile, publish, withdraw } from './publish.ts';
import { readStore, STORE, type StoredPackage } from './store.ts';

/** Where things are. */
const PLACES = {
  ...STORE,
  page: '/usr/share/chatmail/text-maker.html',
  archive: ARCHIVE_SOURCES,
  /** nginx publishes it as `/start/`. */
  published: '/var/www/chatmail-start',
  /** What `chatmail status` says of it. */
  note: '/run/chatmail/share',
};

/** On the home page. */
const LINK = '<a href="/start/">Run your own</a>\n';

/** The page says of this relay which packages it has, and nothing else. */
const pagesFor = (
  page: string,
  packages: readonly StoredPackage[],
  url: string | undefined,
): PublicFile[] => {
  const pins = packages.map(({ name, sha256, content }) => ({ name, sha256, size: content.length }));
  const text = Buffer.from(
    renderTextMaker(page, { version: VERSION, ...(url !== undefined && { url }), packages: pins }),
  );
  return [
    { name: 'index.html', content: text },
    { name: 'index.html.gz', content: gzipSync(text, { level: 9 }) },
    { name: 'link.html', content: Buffer.from(LINK) },
  ];
};

const urlOf = ({ isSelfSigned, host }: Model): string =>
  `${isSelfSigned ? 'http' : 'https'}://${host}/start/`;

/** Publishes what there is, and returns a line about it; throws with a reason for people where there is nothing. */
const fill = (model: Model, places: typeof PLACES): string => {
  const page = readText(places.page);
  if (page === undefined) throw new Error(`${places.page} is missing`);
  const packages = readStore(VERSION, places);
  publish(places.published, packages, pagesFor(page, packages, archiveUrl(places.archive)));
  return urlOf(model);
};

/** What is said of it, nothing where nobody wants it; and whether all is well. */
const offer = (model: Model, places: typeof PLACES): { readonly line: string; readonly isWell: boolean } => {
  try {
    if (model.settings.share) return { line: fill(model, places), isWell: true };
    withdraw(places.published);
    return { line: '', isWell: true };
  } catch (error) {
    withdraw(places.published);
    return { line: `not offered: ${(error as Error).message}`, isWell: false };
  }
};

/**
 * Publishes at `/start/` how to make a relay of this one's packages, as far as the setting `share` and the package store
 * have it; else nothing is there. Prints where, or why not: exit status 1.
 */
export const share = (model: Model, places = PLACES): number => {
  const { line, isWell } = offer(model, places);
  mkdirSync(dirname(places.note), { recursive: true });
  replaceFile(places.note, line);
  process.stdout.write(`${line || 'off: `share` is false'}\n`);
  return isWell ? 0 : 1;
};
