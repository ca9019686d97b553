import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, parseDocument, type YAMLError } from 'yaml';
import type { Range } from '../problem/problem.ts';
import { type Complain, type Entry, lineOf } from './check-entries.ts';

type NodePair = Pair<Node | null, Node | null>;

/** Of the node itself, without comments after it. */
const rangeOf = (node: Node | null): Range | undefined =>
  node?.range ? { start: node.range[0], end: node.range[1] } : undefined;

const pairsOf = (node: Node | null) => (isMap(node) ? (node.items as NodePair[]) : []);

/** A scalar's value; any other node is an object to us, and no good value. */
const plain = (node: unknown): unknown => (isScalar(node) ? node.value : node && {});

/** Complains of what settings do without. Nothing is ever expanded, so alias bombs do not go off. */
const isPlain = (node: Node | null, complain: Complain, name?: string): boolean => {
  const feature = isAlias(node)
    ? 'an alias'
    : node?.tag
      ? 'a tag'
      : (isScalar(node) || isSeq(node) || isMap(node)) && node.anchor && 'an anchor';
  if (feature) complain('unsupported-yaml', rangeOf(node), { feature }, name);
  return !feature;
};

/** Where an error is shown: an unclosed quote where it opens, not at the end of the text. */
const startOf = ({ message, pos: [end] }: YAMLError, pairs: readonly NodePair[]): number =>
  (message.endsWith('quote') && pairs.find(({ value }) => value?.range?.[1] === end)?.value?.range?.[0]) ||
  end;

/**
 * One problem per line: the parser's further errors in a line follow from the first. Returns the offset
 * up to which the text is as it was meant.
 */
const complainOfSyntax = (
  text: string,
  pairs: readonly NodePair[],
  errors: readonly YAMLError[],
  complain: Complain,
): number => {
  const lineStarts = new Set<number>();
  for (const error of errors) {
    const start = Math.min(startOf(error, pairs), text.length);
    const lineStart = text.lastIndexOf('\n', start - 1) + 1;
    if (lineStarts.has(lineStart)) continue;
    lineStarts.add(lineStart);
    const range = { start, end: Math.max(start, Math.min(error.pos[1], text.length)) };
    if (error.code === 'MULTIPLE_DOCS') complain('unsupported-yaml', range, { feature: 'a second document' });
    else complain('syntax', range, { rule: error.code, detail: error.message });
  }
  return Math.min(...lineStarts, Infinity);
};

const entryOf = ({ key, value }: NodePair, text: string): Entry => {
  const nameRange = rangeOf(key);
  return {
    name: isScalar(key) ? String(key.value) : text.slice(nameRange?.start, nameRange?.end),
    value: isSeq(value) ? value.items.map(plain) : plain(value),
    nameRange,
    range: rangeOf(value) ?? nameRange,
  };
};

/**
 * The settings in a YAML text, with their places. `under` names the top-level key below which they are;
 * without it they are the document. With a syntax error, only what stands in lines before it is returned.
 * Throws a RangeError for a text that is nested too deeply for the parser.
 */
export const yamlEntries = (
  text: string,
  under: string | undefined,
  complain: Complain,
): readonly Entry[] => {
  // `uniqueKeys` off: a repeated setting is ours to find, and the rest of a cloud-config is not ours.
  const { contents, errors } = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  const top = contents as Node | null;
  const pairs = pairsOf(top);
  const sound = complainOfSyntax(text, pairs, errors, complain);
  let node = top;
  if (under !== undefined) {
    const [first, second] = pairs.filter(({ key }) => isScalar(key) && key.value === under);
    node = first?.value ?? null;
    if (second) {
      const line = lineOf(text, rangeOf(first?.key ?? null)?.start ?? 0);
      complain('duplicate-setting', rangeOf(second.key), { line }, under);
    }
  }
  if (!isPlain(node, complain)) return [];
  if (!isMap(node) && (plain(node) ?? null) !== null && !errors[0]) complain('not-a-mapping', rangeOf(node));
  return pairsOf(node).flatMap((pair) => {
    const entry = entryOf(pair, text);
    const isSound = (entry.range?.end ?? 0) <= sound;
    const { name } = entry;
    return isSound && isPlain(pair.key, complain, name) && isPlain(pair.value, complain, name) ? [entry] : [];
  });
};
