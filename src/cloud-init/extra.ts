import { isMap, parseDocument } from 'yaml';
import { userDataType } from '../config/user-data-type.ts';
import type { Mapping, Value } from '../config/write-yaml.ts';
import { type UserDataCode, type UserDataProblem, userDataError } from './problem.ts';

/** Cloud-config of the user's own, and what to call it in a problem. */
export interface Extra {
  readonly name: string;
  readonly text: string;
}

interface Merged {
  readonly config: Mapping;
  readonly problems: readonly UserDataProblem[];
}

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where two mappings say different things of the same: `a.b`. */
const conflictOf = (ours: Value, theirs: Value): string[] | undefined => {
  if (Array.isArray(ours) && Array.isArray(theirs)) return undefined;
  if (!isMapping(ours) || !isMapping(theirs))
    return JSON.stringify(ours) === JSON.stringify(theirs) ? undefined : [];
  for (const [key, value] of Object.entries(theirs)) {
    const path = Object.hasOwn(ours, key) ? conflictOf(ours[key] as Value, value) : undefined;
    if (path) return [key, ...path];
  }
  return undefined;
};

const join = (ours: Value | undefined, theirs: Value): Value => {
  if (Array.isArray(ours) && Array.isArray(theirs)) return [...ours, ...theirs];
  if (!isMapping(ours) || !isMapping(theirs)) return theirs;
  return merge(ours, theirs);
};

const merge = (ours: Mapping, theirs: Mapping): Mapping => {
  const added = Object.entries(theirs).map(([key, value]) => [
    key,
    join(Object.hasOwn(ours, key) ? ours[key] : undefined, value),
  ]);
  return { ...ours, ...Object.fromEntries(added) };
};

const filesOf = (config: Mapping): string[] =>
  Array.isArray(config.write_files)
    ? config.write_files.flatMap((file) =>
        isMapping(file) && typeof file.path === 'string' ? [file.path] : [],
      )
    : [];

/** Values that JSON has not, and YAML has: refused where they would not arrive as they are. */
const isPlain = (value: unknown): value is Value => {
  if (typeof value === 'string') return !/\p{Cs}/u.test(value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isPlain);
  if (typeof value !== 'object' || value === null) return value === null || typeof value === 'boolean';
  return Object.getPrototypeOf(value) === Object.prototype && Object.entries(value).flat().every(isPlain);
};

/** What is meant where nothing smaller can be named. */
const FIRST_LINE: readonly [start: number, end: number] = [0, 1];

/**
 * Adds the user's cloud-config to ours: lists one after the other, mappings key by key. Where both set the same to
 * different values, and where it is not cloud-config, nothing is merged and the problem names the line.
 */
export const mergeExtra = (config: Mapping, { name, text }: Extra): Merged => {
  const fail = (code: UserDataCode, message: string, [start, end] = FIRST_LINE, hint?: string): Merged => {
    const place = { source: { name, text }, range: { start, end } };
    return { config, problems: [{ ...userDataError(code, message, hint), ...place }] };
  };
  if (userDataType(text) !== '#cloud-config')
    return fail('bad-extra', 'the first line must be #cloud-config');
  // As cloud-init reads it: YAML 1.1.
  const document = parseDocument(text, { version: '1.1', prettyErrors: false });
  const [error] = document.errors;
  if (error) return fail('bad-extra', error.message, error.pos);
  const placeOf = (path: readonly string[]): readonly [number, number] => {
    const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
    const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === path.at(-1)) : undefined;
    const [start, end] = (pair?.key as { range?: [number, number] } | undefined)?.range ?? FIRST_LINE;
    return [start, end];
  };
  let theirs: unknown;
  try {
    theirs = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (thrown) {
    return fail('bad-extra', (thrown as Error).message);
  }
  if (!isMapping(theirs)) return fail('bad-extra', 'cloud-config is a mapping');
  if (!isPlain(theirs))
    return fail('bad-extra', 'only texts, numbers, true, false, lists and mappings can be merged');
  const path = conflictOf(config, theirs);
  if (path)
    return fail(
      'conflict',
      `${path.join('.')} is set here and by chatmail-image`,
      placeOf(path),
      'remove one of the two',
    );
  const file = filesOf(theirs).find((one) => filesOf(config).includes(one));
  if (file !== undefined)
    return fail(
      'conflict',
      `${file} is written here and by chatmail-image`,
      placeOf(['write_files']),
      'remove it here',
    );
  return { config: merge(config, theirs), problems: [] };
};
