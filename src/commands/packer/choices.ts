import { nearest } from '../../config/nearest.ts';
import type { Builder } from '../../packer/relay/builder.ts';
import { BUILDERS } from '../../packer/relay/builders.ts';

export const ACTIONS = ['write', 'validate', 'build'] as const;
type Action = (typeof ACTIONS)[number];

interface Choices {
  readonly action: Action;
  readonly builders: readonly Builder[];
  readonly variables: Readonly<Record<string, string>>;
}

/** What the arguments choose, or what is wrong with them. */
export const readChoices = (
  action: string | undefined,
  names: readonly string[] = [],
  vars: readonly string[] = [],
): Choices | { readonly message: string; readonly hint?: string } => {
  const chosen = ACTIONS.find((one) => one === (action ?? 'write'));
  if (!chosen) return { message: `unknown action \`${action}\``, hint: `actions are ${ACTIONS.join(', ')}` };
  const types = BUILDERS.map(({ type }) => type);
  const wanted = names.flatMap((name) => name.split(',')).map((name) => name.trim());
  const unknown = wanted.find((name) => !types.includes(name));
  if (unknown !== undefined) {
    const similar = nearest(unknown, types);
    return {
      message: `unknown builder \`${unknown}\``,
      hint: similar ? `did you mean \`${similar}\`?` : `builders are ${types.join(', ')}`,
    };
  }
  if (chosen === 'build' && wanted.length === 0)
    return { message: 'name at least one builder', hint: `--builder and one or more of ${types.join(', ')}` };
  const wrong = vars.find((one) => !/^\w+=/.test(one));
  if (wrong !== undefined) return { message: `\`${wrong}\` has no value`, hint: 'write --var NAME=VALUE' };
  return {
    action: chosen,
    builders: wanted.length === 0 ? BUILDERS : BUILDERS.filter(({ type }) => wanted.includes(type)),
    variables: Object.fromEntries(
      vars.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
    ),
  };
};
