import type { Problem, WordedProblem, Wording } from '../problem/problem.ts';

/** What can keep Packer from building, and what is known of it: the facts that {@link problemWords} needs. */
interface FactsOf {
  readonly 'no-packer': { readonly [fact: string]: never };
  readonly 'unknown-component': { readonly kind: string; readonly name: string };
  readonly 'missing-plugins': { readonly plugins: string };
  readonly 'old-packer': { readonly block: string };
  readonly 'packer-too-old': {
    readonly plugin: string;
    /** Versions. */
    readonly needed: string;
    readonly found: string;
  };
  readonly 'missing-variable': { readonly name: string };
  readonly 'invalid-variable': { readonly rule: string };
  readonly 'missing-credential': { readonly said: string };
  readonly 'refused-credential': { readonly said: string };
  /** The cloud does not have, or no longer has, an image, a type of machine or a place of that name. */
  readonly 'not-offered': { readonly said: string };
  readonly 'missing-file': { readonly path: string };
  readonly 'output-exists': { readonly path: string };
  readonly 'build-failed': { readonly build: string; readonly said: string };
  readonly failed: { readonly said: string };
}
type PackerCode = keyof FactsOf;

type ProblemOf<Code extends PackerCode> = Problem<Code> & { readonly facts: FactsOf[Code] };

/** What keeps Packer from building, as data; {@link problemWords} puts it into words. */
export type PackerProblem = { [Code in PackerCode]: ProblemOf<Code> }[PackerCode];

/** A problem of Packer: its code, and what is known. */
export const problemOf = <Code extends PackerCode>(code: Code, facts: FactsOf[Code]): PackerProblem =>
  ({ code, severity: 'error', facts }) as PackerProblem;

type Reader = readonly [pattern: RegExp, problem: (match: RegExpExecArray) => PackerProblem];

const group = (match: RegExpExecArray, index = 1): string => match[index] ?? '';

/** Lines of Packer that put no new fact: where in our own template, and what else it knows. */
const withoutPlaces = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (line) => line !== '' && !/^(on .* line \d+:|\(source code not available\)|==>|Error:)/.test(line),
    )
    .join(' ');

/** What a cloud offers, and how clouds say that they do not. */
const OFFER =
  '\\b(?:image|ami|(?:server|instance|machine|commercial)[ _]?type|size|sku|plan|flavor|template|storage|shape|region|zone|location|os_id)s?\\b';
const ABSENT =
  '(?:not ?found|(?:could not|cannot|unable to) find|found matching|does not exist|(?:not|no longer) ?available|unavailable|deprecated)';
const NOT_OFFERED = new RegExp(
  `^.*(?:${OFFER}.*${ABSENT}|${ABSENT}.*${OFFER}|(?:invalid|unknown|unsupported) (?:[\\w-]+ ){0,3}?${OFFER}).*$`,
  'im',
);

/** In the words of 1.6.6 (Debian 12), and of those since 1.7 where they differ. */
const READERS: readonly Reader[] = [
  [
    /Unknown (source|provisioner|post-processor) type "?([\w-]+)/,
    (match) => problemOf('unknown-component', { kind: group(match), name: group(match, 2) }),
  ],
  [
    /The (source|provisioner|post-processor|builder) "?([\w-]+)[\w.]*"? is\s+unknown by Packer/,
    (match) => problemOf('unknown-component', { kind: group(match), name: group(match, 2) }),
  ],
  [
    /Missing plugins[\s\S]*?((?:\*?\s*[\w.-]+\/[\w-]+\/[\w-]+[^\n]*\n?)+)/,
    (match) =>
      problemOf('missing-plugins', {
        plugins: [...group(match).matchAll(/[\w.-]+\/[\w-]+\/[\w-]+/g)].join(', '),
      }),
  ],
  [
    /Unsupported block type[\s\S]*?Blocks of type "([\w-]+)"/,
    (match) => problemOf('old-packer', { block: group(match) }),
  ],
  [/Unset variable "([^"]+)"/, (match) => problemOf('missing-variable', { name: group(match) })],
  [
    /Invalid value for [\w ]*variable([\s\S]*?)This was checked by/,
    (match) => problemOf('invalid-variable', { rule: withoutPlaces(group(match)) }),
  ],
  [/stat ([^\n]+): no such file or directory/, (match) => problemOf('missing-file', { path: group(match) })],
  [/Output directory '(.+)' already exists/, (match) => problemOf('output-exists', { path: group(match) })],
  [
    /^.*(?:\b401\b|\b403\b|[Uu]nauthori[sz]ed|AuthFailure|[Ii]nvalid (?:token|credential)|[Aa]uthentication failed).*$/m,
    (match) => problemOf('refused-credential', { said: withoutPlaces(match[0]) }),
  ],
  [
    /^.*(?:token|credential|api_?key|password|access_?key|secret|NoCredentialProviders).*(?:must|required|specified|missing|not found|no valid|could not).*$|^.*(?:no valid|could not find|missing) .*(?:credential|token|key).*$/im,
    (match) => problemOf('missing-credential', { said: withoutPlaces(match[0]) }),
  ],
  [
    NOT_OFFERED,
    (match) => problemOf('not-offered', { said: withoutPlaces(match[0].replace(/^Error: /, '')) }),
  ],
];

/** Characters of a line that are read: a cloud's answer may be of any length, and the patterns look far. */
const LONGEST = 1000;

/** Packer says one after the other what it has found: each `Error:` is looked at by itself. */
const statements = (text: string): readonly string[] =>
  text
    .replace(new RegExp(`^(.{${LONGEST}}).+$`, 'gm'), '$1')
    .split(/^(?=Error: )/m)
    .map((part) => part.trim())
    .filter(Boolean);

const read = (statement: string): PackerProblem => {
  for (const [pattern, problem] of READERS) {
    const match = pattern.exec(statement);
    if (match) return problem(match);
  }
  return problemOf('failed', { said: statement.replace(/^Error: /, '') });
};

/** What Packer's text of errors means, in its order, each once. */
export const readProblems = (text: string): readonly PackerProblem[] => [
  ...new Map(statements(text).map((one) => [JSON.stringify(read(one)), read(one)])).values(),
];

/** Words for a person: what is wrong, and what to do about it. */
export const problemWords = (problem: PackerProblem): Wording => {
  switch (problem.code) {
    case 'no-packer':
      return {
        message: 'there is no packer on the PATH',
        hint: 'apt-get install packer (Debian, 1.6.6), or a current one from developer.hashicorp.com/packer',
      };
    case 'unknown-component':
      return {
        message: `this Packer has no ${problem.facts.kind === 'source' ? 'builder' : problem.facts.kind} \`${problem.facts.name}\``,
        hint: "install its plugin with `packer init` in the template's folder (Packer 1.7 or later)",
      };
    case 'missing-plugins':
      return {
        message: `plugins are missing: ${problem.facts.plugins}`,
        hint: "run `packer init` in the template's folder",
      };
    case 'old-packer':
      return {
        message: `this Packer does not know \`${problem.facts.block}\``,
        hint: 'it came with 1.7: give Packer the template file alone, or use a newer one',
      };
    case 'packer-too-old':
      return {
        message: `Packer ${problem.facts.found} cannot use the plugin ${problem.facts.plugin}: it needs ${problem.facts.needed} or later`,
        hint: 'a current Packer is at developer.hashicorp.com/packer/install',
      };
    case 'not-offered':
      return {
        message: `the cloud does not offer it: ${problem.facts.said.replace(/^\* /, '')}`,
        hint: 'what clouds offer changes: choose another image, type or place with --var NAME=VALUE',
      };
    case 'missing-variable':
      return {
        message: `the variable \`${problem.facts.name}\` has no value`,
        hint: `set it with --var ${problem.facts.name}=VALUE`,
      };
    case 'invalid-variable':
      return { message: problem.facts.rule, hint: 'set it with --var NAME=VALUE, or in the environment' };
    case 'missing-credential':
      return {
        message: `a credential is missing: ${problem.facts.said.replace(/^\* /, '')}`,
        hint: 'the variables in the template say where to put it',
      };
    case 'refused-credential':
      return { message: `the cloud refused the credential: ${problem.facts.said.replace(/^\* /, '')}` };
    case 'missing-file':
      return {
        message: `${problem.facts.path}: no such file`,
        hint: 'the command `packer` writes it',
      };
    case 'output-exists':
      return {
        message: `${problem.facts.path} already exists`,
        hint: 'move it away, or set another folder with --var output_directory=DIR',
      };
    case 'build-failed':
      return { message: `${problem.facts.build}: ${problem.facts.said}` };
    case 'failed':
      return { message: problem.facts.said };
  }
};

/** A problem of Packer and its words. */
export const wordedProblem = (problem: PackerProblem): WordedProblem => ({
  ...problem,
  ...problemWords(problem),
});
