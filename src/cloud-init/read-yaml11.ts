import { type Document, isAlias, isCollection, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import { type Key, type Mapping, Plain, type Value } from '../config/write-yaml.ts';

/** What cannot be handed on, and where it stands. */
export class Unreadable extends Error {
  override name = 'Unreadable';
  readonly range: readonly [number, number] | undefined;
  constructor(message: string, node?: Node | null) {
    super(message);
    const [start, end] = node?.range ?? [];
    this.range = start === undefined || end === undefined ? undefined : [start, end];
  }
}

/**
 * What PyYAML, which cloud-init reads with, takes for a number, a date or null when it stands without quotes
 * (yaml/resolver.py). YAML 1.1 itself allows more: `y`, `1e3` and `08` are texts to PyYAML.
 */
const NO_TEXT: readonly RegExp[] = [
  /^[-+]?(0b[01_]+|0[0-7_]+|0|[1-9][\d_]*|0x[\da-fA-F_]+|[1-9][\d_]*(:[0-5]?\d)+)$/,
  /^([-+]?\d[\d_]*\.[\d_]*([eE][-+]\d+)?|\.\d[\d_]*([eE][-+]\d+)?|[-+]?\d[\d_]*(:[0-5]?\d)+\.[\d_]*)$/,
  /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/,
  /^\d{4}-\d\d-\d\d$/,
  /^\d{4}-\d\d?-\d\d?([Tt]|[ \t]+)\d\d?:\d\d:\d\d(\.\d*)?([ \t]*(Z|[-+]\d\d?(:\d\d)?))?$/,
];
const YES = /^(yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const NO = /^(no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const NOTHING = /^(~|null|Null|NULL|)$/;
/** An integer that is the same to JSON, and to a JavaScript number. */
const SHORT = /^(0|-?[1-9]\d{0,14})$/;

/** The value of a text without quotes. `=` and `<<` have none (yaml/constructor.py). */
const plainValue = (text: string, node: Node): Value => {
  if (NOTHING.test(text)) return null;
  if (YES.test(text) || NO.test(text)) return YES.test(text);
  if (SHORT.test(text)) return Number(text);
  if (text === '=' || text === '<<') throw new Unreadable(`\`${text}\` needs quotes`, node);
  return NO_TEXT.some((form) => form.test(text)) ? new Plain(text) : text;
};

/** Tags that change nothing of what is written here. */
const TAGS = /^tag:yaml\.org,2002:(str|seq|map)$/;
const MAX_ALIASES = 100;

type NodePair = Pair<Node | null, Node | null>;

/**
 * The content of a document that was parsed without any meaning of its own (schema `failsafe`), as PyYAML understands
 * it: numbers and dates stay as they were written. Throws {@link Unreadable}.
 */
export const readYaml11 = (document: Document): Value => {
  let aliases = 0;
  const follow = (node: Node | null): Node | null => {
    if (!isAlias(node)) return node;
    aliases += 1;
    if (aliases > MAX_ALIASES) throw new Unreadable(`more than ${MAX_ALIASES} aliases`, node);
    const target = node.resolve(document as never) as Node | undefined;
    if (!target) throw new Unreadable(`there is no anchor for the alias *${node.source}`, node);
    return target;
  };
  const scalarValue = (node: Node & { value: unknown; type?: unknown }, isInFlow: boolean): Value => {
    const text = String(node.value ?? '');
    // Within brackets PyYAML takes the colon for what follows a key.
    if (isInFlow && node.type === 'PLAIN' && text.startsWith(':'))
      throw new Unreadable(`\`${text}\` needs quotes`, node);
    if (/\p{Cs}/u.test(text)) throw new Unreadable('half of a character', node);
    return node.type === 'PLAIN' && node.tag === undefined ? plainValue(text, node) : text;
  };
  const keyOf = (node: Node | null, isFlow: boolean): Key => {
    const key = contentOf(node, isFlow);
    if (typeof key === 'string' || key instanceof Plain) return key;
    if (typeof key === 'object' && key !== null) throw new Unreadable('a key must be a single value', node);
    return new Plain(JSON.stringify(key));
  };
  /** What `<<` merges in: its own pairs come first, and those of the first of several mappings take precedence. */
  const mergedPairs = (node: Node | null): (readonly [Key, Value])[] => {
    const source = follow(node);
    if (isMap(source)) return pairsOf(source.items as NodePair[], source.flow === true);
    if (isSeq(source)) return [...source.items].reverse().flatMap((item) => mergedPairs(item as Node));
    throw new Unreadable('`<<` takes a mapping', node);
  };
  const isMerge = ({ key }: NodePair): boolean =>
    isScalar(key) && key.type === 'PLAIN' && key.value === '<<' && key.tag === undefined;
  const pairsOf = (items: readonly NodePair[], isFlow: boolean): (readonly [Key, Value])[] => [
    ...items.filter(isMerge).flatMap(({ value }) => mergedPairs(value)),
    ...items
      .filter((pair) => !isMerge(pair))
      .map(({ key, value }) => [keyOf(key, isFlow), contentOf(value, isFlow)] as const),
  ];
  const contentOf = (written: Node | null, isInFlow = false): Value => {
    const node = follow(written);
    if (node?.tag !== undefined && !TAGS.test(node.tag))
      throw new Unreadable(`the tag ${node.tag} cannot be merged`, node);
    if (isScalar(node)) return scalarValue(node, isInFlow);
    const isFlow = isInFlow || (isCollection(node) && node.flow === true);
    if (isSeq(node)) return node.items.map((item) => contentOf(item as Node | null, isFlow));
    return isMap(node) ? mappingOf(pairsOf(node.items as NodePair[], isFlow)) : null;
  };
  return contentOf(document.contents as Node | null);
};

/** A mapping of these pairs; the last of two equal keys holds. */
export const mappingOf = (pairs: readonly (readonly [Key, Value])[]): Mapping => {
  const byText = new Map(pairs.map(([key, value]) => [keyName(key), [key, value] as const]));
  const all = [...byText.values()];
  return all.every(([key]) => typeof key === 'string') ? Object.fromEntries(all) : new Map<Key, Value>(all);
};

/** Two keys are one if they have the same kind and the same text. */
const keyName = (key: Key): string => (key instanceof Plain ? `plain ${key.text}` : `text ${key}`);
