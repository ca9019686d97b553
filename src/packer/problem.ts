/** What keeps Packer from building, as data; {@link problemWords} puts it into words. */
export type PackerProblem =
  | { readonly code: 'no-packer' }
  | { readonly code: 'unknown-component'; readonly kind: string; readonly name: string }
  | { readonly code: 'missing-plugins'; readonly plugins: readonly string[] }
  | { readonly code: 'old-packer'; readonly block: string }
  | {
      readonly code: 'packer-too-old';
      readonly plugin: string;
      /** Versions. */
      readonly needed: string;
      readonly found: string;
    }
  | { readonly code: 'missing-variable'; readonly name: string }
  | { readonly code: 'invalid-variable'; readonly rule: string }
  | { readonly code: 'missing-credential'; readonly said: string }
  | { readonly code: 'refused-credential'; readonly said: string }
  /** The cloud does not have, or no longer has, an image, a type of machine or a place of that name. */
  | { readonly code: 'not-offered'; readonly said: string }
  | { readonly code: 'missing-file'; readonly path: string }
  | { readonly code: 'output-exists'; readonly path: string }
  | { readonly code: 'build-failed'; readonly build: string; readonly said: string }
  | { readonly code: 'failed'; readonly said: string };

export interface ProblemWords {
  readonly message: string;
  readonly hint?: string;
}

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
    (match) => ({ code: 'unknown-component', kind: group(match), name: group(match, 2) }),
  ],
  [
    /The (source|provisioner|post-processor|builder) "?([\w-]+)[\w.]*"? is\s+unknown by Packer/,
    (match) => ({ code: 'unknown-component', kind: group(match), name: group(match, 2) }),
  ],
  [
    /Missing plugins[\s\S]*?((?:\*?\s*[\w.-]+\/[\w-]+\/[\w-]+[^\n]*\n?)+)/,
    (match) => ({
      code: 'missing-plugins',
      plugins: [...group(match).matchAll(/[\w.-]+\/[\w-]+\/[\w-]+/g)].map(([name]) => name),
    }),
  ],
  [
    /Unsupported block type[\s\S]*?Blocks of type "([\w-]+)"/,
    (match) => ({ code: 'old-packer', block: group(match) }),
  ],
  [/Unset variable "([^"]+)"/, (match) => ({ code: 'missing-variable', name: group(match) })],
  [
    /Invalid value for [\w ]*variable([\s\S]*?)This was checked by/,
    (match) => ({ code: 'invalid-variable', rule: withoutPlaces(group(match)) }),
  ],
  [/stat ([^\n]+): no such file or directory/, (match) => ({ code: 'missing-file', path: group(match) })],
  [/Output directory '(.+)' already exists/, (match) => ({ code: 'output-exists', path: group(match) })],
  [
    /^.*(?:\b401\b|\b403\b|[Uu]nauthori[sz]ed|AuthFailure|[Ii]nvalid (?:token|credential)|[Aa]uthentication failed).*$/m,
    (match) => ({ code: 'refused-credential', said: withoutPlaces(match[0]) }),
  ],
  [
    /^.*(?:token|credential|api_?key|password|access_?key|secret|NoCredentialProviders).*(?:must|required|specified|missing|not found|no valid|could not).*$|^.*(?:no valid|could not find|missing) .*(?:credential|token|key).*$/im,
    (match) => ({ code: 'missing-credential', said: withoutPlaces(match[0]) }),
  ],
  [NOT_OFFERED, (match) => ({ code: 'not-offered', said: withoutPlaces(match[0].replace(/^Error: /, '')) })],
];

/** Packer says one after the other what it has found: each `Error:` is looked at by itself. */
const statements = (text: string): readonly string[] =>
  text
    .split(/^(?=Error: )/m)
    .map((part) => part.trim())
    .filter(Boolean);

const read = (statement: string): PackerProblem => {
  for (const [pattern, problem] of READERS) {
    const match = pattern.exec(statement);
    if (match) return problem(match);
  }
  return { code: 'failed', said: statement.replace(/^Error: /, '') };
};

/** What Packer's text of errors means, in its order, each once. */
export const readProblems = (text: string): readonly PackerProblem[] => [
  ...new Map(statements(text).map((one) => [JSON.stringify(read(one)), read(one)])).values(),
];

/** Words for a person: what is wrong, and what to do about it. */
export const problemWords = (problem: PackerProblem): ProblemWords => {
  switch (problem.code) {
    case 'no-packer':
      return {
        message: 'there is no packer on the PATH',
        hint: 'apt-get install packer (Debian, 1.6.6), or a current one from developer.hashicorp.com/packer',
      };
    case 'unknown-component':
      return {
        message: `this Packer has no ${problem.kind === 'source' ? 'builder' : problem.kind} \`${problem.name}\``,
        hint: "install its plugin with `packer init` in the template's folder (Packer 1.7 or later)",
      };
    case 'missing-plugins':
      return {
        message: `plugins are missing: ${problem.plugins.join(', ')}`,
        hint: "run `packer init` in the template's folder",
      };
    case 'old-packer':
      return {
        message: `this Packer does not know \`${problem.block}\``,
        hint: 'it came with 1.7: give Packer the template file alone, or use a newer one',
      };
    case 'packer-too-old':
      return {
        message: `Packer ${problem.found} cannot use the plugin ${problem.plugin}: it needs ${problem.needed} or later`,
        hint: 'a current Packer is at developer.hashicorp.com/packer/install',
      };
    case 'not-offered':
      return {
        message: `the cloud does not have it: ${problem.said.replace(/^\* /, '')}`,
        hint: 'what clouds offer changes: choose another image, type or place with --var NAME=VALUE',
      };
    case 'missing-variable':
      return {
        message: `the variable \`${problem.name}\` has no value`,
        hint: `set it with --var ${problem.name}=VALUE`,
      };
    case 'invalid-variable':
      return { message: problem.rule, hint: 'set it with --var NAME=VALUE, or in the environment' };
    case 'missing-credential':
      return {
        message: `a credential is missing: ${problem.said.replace(/^\* /, '')}`,
        hint: 'the descriptions of the variables in the template say where it is looked for',
      };
    case 'refused-credential':
      return { message: `the cloud refused the credential: ${problem.said.replace(/^\* /, '')}` };
    case 'missing-file':
      return { message: `${problem.path}: no such file`, hint: 'write it with `chatmail-image packer`' };
    case 'output-exists':
      return {
        message: `${problem.path} is there already`,
        hint: 'move it away, or set another folder with --var output_directory=DIR',
      };
    case 'build-failed':
      return { message: `${problem.build}: ${problem.said}` };
    case 'failed':
      return { message: problem.said };
  }
};
