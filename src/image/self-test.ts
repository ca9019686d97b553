import { failure } from '../terminal/failure.ts';
import {
  type Entry,
  identityLeaks,
  type Leak,
  missingParts,
  type Need,
  PRIVATE_KEYS,
  passwordLeaks,
} from './identity-rules.ts';
import { owning } from './namespace.ts';
import { type RunOptions, run } from './run.ts';

/** Reads what {@link LIST} wrote: type, size and path, each entry ended by a NUL. */
export const parseEntries = (listing: string): readonly Entry[] =>
  listing
    .split('\0')
    .filter(Boolean)
    .map((line) => {
      const [type = '', size = '', ...path] = line.split(' ');
      return { type, size: Number(size), path: path.join(' ') };
    });

const LIST = (tree: string): readonly string[] => [
  ...['find', tree, '-xdev', '-mindepth', '1', '-path', `${tree}/usr/share`, '-prune'],
  ...['-o', '-mindepth', '1', '-printf', '%y %s /%P\\0'],
];

interface SelfTest {
  readonly isRoot: boolean;
  /** What must be in it. */
  readonly needed: readonly Need[];
}

/** The image's test of itself: rejects with all that must not be in it, or is not. */
export const selfTest = async (
  tree: string,
  { isRoot, needed }: SelfTest,
  options: RunOptions,
): Promise<void> => {
  const as = (argv: readonly string[]): Promise<string> => run(owning(isRoot, argv), options);
  const entries = parseEntries(await as(LIST(tree)));
  const missing = missingParts(entries, needed);
  if (missing.length > 0) throw failure(`the image would lack ${missing.join(', ')}`);

  const keys = (await as(['sh', '-c', PRIVATE_KEYS, 'sh', tree])).split('\n').filter(Boolean);
  const leaks: readonly Leak[] = [
    ...identityLeaks(entries),
    ...passwordLeaks(await as(['cat', `${tree}/etc/shadow`])),
    ...keys.map((path) => ({ path: `/${path}`, rule: 'no private key' })),
  ];
  if (leaks.length === 0) return;
  const lines = leaks.map(({ path, rule }) => `  ${path}: ${rule}`);
  throw failure(`the image would hold an identity:\n${lines.join('\n')}`, {
    hint: 'a package left it behind; remove it in src/image/finish-script.ts',
  });
};
