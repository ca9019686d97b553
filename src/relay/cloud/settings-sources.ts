import { gunzipSync } from 'node:zlib';
import { isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap } from 'yaml';
import type { Source } from '../../problem/problem.ts';
import { LIMIT } from '../lib/read-text.ts';
import type { Cloud } from './read-cloud.ts';

/** A text that may hold settings, and the key they stand under in it, if not at the top. */
export interface SettingsSource extends Source {
  readonly under?: string;
}

export const SETTINGS_FILE = '/etc/chatmail/chatmail.yaml';

const decode = (content: string, encoding: string): string => {
  const bytes = Buffer.from(content, /b(ase)?64/.test(encoding) ? 'base64' : 'utf8');
  return String(/^gz/.test(encoding) ? gunzipSync(bytes, { maxOutputLength: LIMIT }) : bytes);
};

const scalar = (map: YAMLMap, name: string): string => String(map.get(name) ?? '');

interface WrittenFile {
  readonly content: string;
  readonly source: SettingsSource;
}

/**
 * The settings file that a cloud-config writes (`write_files`). A block of literal text stays where it is, all
 * around it left out, so that its lines keep their places.
 */
const writtenFile = (text: string): WrittenFile | undefined => {
  if (!text.includes(SETTINGS_FILE)) return undefined;
  try {
    const top = parseDocument(text, { prettyErrors: false, uniqueKeys: false }).contents as Node | null;
    const files = isMap(top) ? top.get('write_files') : undefined;
    const file = (isSeq(files) ? files.items : []).find(
      (item): item is YAMLMap => isMap(item) && scalar(item, 'path') === SETTINGS_FILE,
    );
    const node = file?.get('content', true);
    if (!file || !isScalar(node)) return undefined;
    const encoding = scalar(file, 'encoding');
    const content = decode(String(node.value ?? ''), encoding);
    if (encoding !== '' || node.type !== 'BLOCK_LITERAL' || !node.range)
      return { content, source: { name: `${SETTINGS_FILE} in user-data`, text: content } };
    const [start, end] = node.range;
    const first = text.indexOf('\n', start) + 1;
    const lines = text.slice(0, first).replace(/.+/g, '') + text.slice(first, end);
    return { content, source: { name: 'user-data', text: lines } };
  } catch {
    return undefined;
  }
};

/** The user-data's settings file if it is another than `seen`: cloud-init writes it for a new machine only. */
export const newSettingsFile = ({ user }: Cloud, seen: string | undefined): string | undefined => {
  const content = writtenFile(user)?.content;
  return content === seen ? undefined : content;
};

/**
 * Where settings come from, strongest first, `text` being the settings file's. What is not there is left out. A file that user-data
 * writes is as strong as user-data, also once it was changed in the machine.
 */
export const settingsSources = (
  { user, vendor, vendor2 = '', tags = '' }: Cloud,
  text: string | undefined,
): SettingsSource[] => {
  const file = text === undefined ? undefined : { name: SETTINGS_FILE, text };
  const written = writtenFile(user);
  const own = written && (!file || file.text === written.content ? written.source : file);
  return [
    { name: 'user-data', text: user, under: 'chatmail' },
    own,
    { name: 'vendor-data2', text: vendor2, under: 'chatmail' },
    { name: 'vendor-data', text: vendor, under: 'chatmail' },
    { name: 'instance metadata', text: tags },
    own ? undefined : file,
  ].filter((source): source is SettingsSource => Boolean(source?.text));
};
