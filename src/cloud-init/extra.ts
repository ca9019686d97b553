import { isMap, parseDocument } from 'yaml';
import { userDataType } from '../config/user-data-type.ts';
import { isMapping, type Key, type Mapping, pairsOf, type Value } from '../config/write-yaml.ts';
import { type UserDataCode, type UserDataProblem, userDataError } from './problem.ts';
import { mappingOf, readYaml11, Unreadable } from './read-yaml11.ts';

/** Cloud-config of the user's own, and what to call it in a problem. */
export interface Extra {
  readonly name: string;
  readonly text: string;
}

interface Merged {
  readonly config: Mapping;
  readonly problems: readonly UserDataProblem[];
}

/** The value that a mapping has for a text. */
const at = (mapping: Mapping, key: Key): Value | undefined =>
  typeof key === 'string' ? pairsOf(mapping).find(([one]) => one === key)?.[1] : undefined;

/** Where two mappings say different things of the same: `a.b`. */
const conflictOf = (ours: Value, theirs: Value): string[] | undefined => {
  if (Array.isArray(ours) && Array.isArray(theirs)) return undefined;
  if (!isMapping(ours) || !isMapping(theirs))
    return JSON.stringify(ours) === JSON.stringify(theirs) ? undefined : [];
  for (const [key, value] of pairsOf(theirs)) {
    const mine = at(ours, key);
    const path = mine === undefined ? undefined : conflictOf(mine, value);
    if (path) return [String(key), ...path];
  }
  return undefined;
};

const join = (ours: Value | undefined, theirs: Value): Value => {
  if (Array.isArray(ours) && Array.isArray(theirs)) return [...ours, ...theirs];
  return isMapping(ours) && isMapping(theirs) ? merge(ours, theirs) : theirs;
};

const merge = (ours: Mapping, theirs: Mapping): Mapping =>
  mappingOf([
    ...pairsOf(ours),
    ...pairsOf(theirs).map(([key, value]) => [key, join(at(ours, key), value)] as const),
  ]);

const filesOf = (config: Mapping): string[] => {
  const files = at(config, 'write_files');
  return (Array.isArray(files) ? files : []).flatMap((file) => {
    const path = isMapping(file) ? at(file, 'path') : undefined;
    return typeof path === 'string' ? [path] : [];
  });
};

/** PyYAML takes these for the end of a line, or does not take them at all (yaml/reader.py). */
const UNREADABLE = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\p{Cs}/u;

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
  const character = UNREADABLE.exec(text);
  if (character)
    return fail('bad-extra', 'cloud-init cannot read this character', [character.index, character.index + 1]);
  const document = parseDocument(text, { version: '1.1', schema: 'failsafe', prettyErrors: false });
  const [error] = document.errors;
  if (error) return fail('bad-extra', error.message, error.pos);
  const placeOf = (path: readonly string[]): readonly [number, number] => {
    const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
    const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === path.at(-1)) : undefined;
    const [start, end] = (pair?.key as { range?: [number, number] } | undefined)?.range ?? FIRST_LINE;
    return [start, end];
  };
  let theirs: Value;
  try {
    theirs = readYaml11(document) ?? {};
  } catch (thrown) {
    if (thrown instanceof Unreadable) return fail('bad-extra', thrown.message, thrown.range);
    // It is nested too deeply, or an alias stands within its own anchor.
    if (thrown instanceof RangeError) return fail('bad-extra', 'nested too deeply');
    throw thrown;
  }
  if (!isMapping(theirs)) return fail('bad-extra', 'cloud-config is a mapping');
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
