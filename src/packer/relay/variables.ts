import type { PackerFacts } from '../../model/clouds/cloud.ts';
import type { DatedFact } from '../../model/clouds/fact.ts';
import { env, type Variable } from '../template.ts';

/** A condition: `can(regex(…))` of later versions does not exist in Packer 1.6.6. */
export const matches = (name: string, pattern: string): string =>
  `length(var.${name}) > 0 && regex_replace(var.${name}, "${pattern}", "") == ""`;

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A secret from the environment. It has no other default, and is shown by no Packer. */
export const credential = (name: string, what: string, variable: string): Variable => ({
  type: 'string',
  description: `${sentence(what)}; ${variable} in the environment when not set.`,
  sensitive: true,
  default: env(variable),
  validation: {
    condition: `length(var.${name}) > 0`,
    message: `Set ${variable} in the environment to the ${what}.`,
  },
});

/** Something only the operator knows, such as the project; it may come from the environment. */
export const own = (name: string, what: string, variable: string): Variable => ({
  type: 'string',
  description: `${sentence(what)}; ${variable} in the environment when not set.`,
  default: env(variable),
  validation: {
    condition: `length(var.${name}) > 0`,
    message: `Set ${name}, or ${variable} in the environment, to the ${what}.`,
  },
});

/** A choice with a default: one word of the cloud's. */
export const choice = (name: string, what: string, value: string): Variable => ({
  type: 'string',
  description: `${what}.`,
  default: value,
  validation: {
    condition: matches(name, '^[A-Za-z0-9][A-Za-z0-9._/:-]*$'),
    message: `Set ${name} to one word, for example ${value}.`,
  },
});

/** The command that lists what may be in a variable, as the end of a sentence. */
const listedBy = (name: string, { lists }: PackerFacts): string => {
  const command = lists?.value[name];
  return command === undefined ? '' : `; listed by: ${command}`;
};

/** Something that the cloud offers, today under this name: an image, a type of machine, a place. */
export const offered = (name: string, what: string, fact: DatedFact, facts: PackerFacts): Variable => ({
  type: 'string',
  description: `${what}${listedBy(name, facts)}.`,
  default: fact.value,
  validation: {
    condition: matches(name, '^[A-Za-z0-9][A-Za-z0-9 ._/:()*-]*$'),
    message: `Set ${name} to a name that the cloud knows, for example ${fact.value}.`,
  },
});

/** The same where the cloud's name of it is a number. */
export const offeredNumber = (name: string, what: string, fact: DatedFact, facts: PackerFacts): Variable => ({
  type: 'number',
  description: `${what}${listedBy(name, facts)}.`,
  default: Number(fact.value),
  validation: {
    condition: `var.${name} > 0`,
    message: `Set ${name} to a number that the cloud knows, for example ${fact.value}.`,
  },
});
