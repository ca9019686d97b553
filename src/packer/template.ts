/**
 * A Packer template as a value; {@link renderHcl} writes it.
 * Text is text: `${` in it means nothing, unless it is in an {@link expression}. Only `{{ … }}` in a setting of a
 * builder or provisioner is still Packer's, and some settings are evaluated twice: hand text of unknown content to
 * a script as `expression('"NAME=${base64encode(var.name)}"')`.
 */
export interface Template {
  /** Which Packer, for example `>= 1.14.0`; Packer before 1.6.5 knows no such line. */
  readonly requiredVersion?: string;
  /** Blocks of `required_plugins`, by the plugin's name; Packer before 1.7 knows none. */
  readonly plugins?: Readonly<Record<string, Plugin>>;
  readonly variables?: Readonly<Record<string, Variable>>;
  readonly locals?: Readonly<Record<string, Value>>;
  readonly sources?: readonly Source[];
  readonly builds?: readonly Build[];
}

export interface Plugin {
  /** For example `github.com/hetznercloud/hcloud`. */
  readonly source: string;
  /** For example `>= 1.0.0`. */
  readonly version: string;
}

export interface Variable {
  readonly type: 'string' | 'number' | 'bool' | 'list(string)' | 'map(string)';
  readonly description?: string;
  /** A value, or `env('NAME')`. Without it the variable must be set. */
  readonly default?: Value;
  /** Packer hides its value in all output. */
  readonly sensitive?: boolean;
  readonly validation?: {
    /** An expression that is true for a good value, for example `length(var.token) > 0`. */
    readonly condition: string;
    /** A sentence; Packer wants a capital letter and a full stop. */
    readonly message: string;
  };
}

export interface Source {
  /** The builder, for example `hcloud`. */
  readonly type: string;
  readonly name: string;
  readonly settings: Settings;
}

export interface Build {
  readonly name?: string;
  /** For example `source.hcloud.relay`. */
  readonly sources: readonly string[];
  readonly provisioners?: readonly Part[];
  readonly postProcessors?: readonly Part[];
}

/** A provisioner or a post-processor. */
export interface Part {
  readonly type: string;
  readonly settings: Settings;
}

/** Attributes and nested blocks, in this order. What is undefined is left out. */
export type Settings = { readonly [name: string]: Value | Blocks | undefined };

export type Value =
  | string
  | number
  | boolean
  | Expression
  | readonly Value[]
  | { readonly [key: string]: Value };

export const EXPRESSION: unique symbol = Symbol('expression');
export const BLOCKS: unique symbol = Symbol('blocks');

/** Text that Packer evaluates. */
export interface Expression {
  readonly [EXPRESSION]: string;
}

/** Nested blocks of one name. */
export interface Blocks {
  readonly [BLOCKS]: readonly Settings[];
}

/** HCL as it stands, formatted: `expression('var.region')`, `expression('"${path.root}/install.sh"')`. */
export const expression = (hcl: string): Expression => ({ [EXPRESSION]: hcl });

/** The default of a variable: what the environment has, or nothing. */
export const env = (name: string): Expression => expression(`env("${name}")`);

/** Blocks in the body of another, for example the `source_ami_filter` of `amazon-ebs`. */
export const blocks = (...all: readonly Settings[]): Blocks => ({ [BLOCKS]: all });

export const isExpression = (value: object): value is Expression => EXPRESSION in value;
export const isBlocks = (value: unknown): value is Blocks =>
  typeof value === 'object' && value !== null && BLOCKS in value;

/** A value or a name that HCL cannot hold as it is. `path` says where in the template. */
export class UnwritableTemplate extends Error {
  override name = 'UnwritableTemplate';
  readonly path: string;
  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`);
    this.path = path;
  }
}

/**
 * Text that comes out of Packer as it went in, or an {@link UnwritableTemplate}: HCL's strings are Unicode in
 * normal form C, and what is not would be changed without a word.
 */
export const writableText = (text: string, path: string): string => {
  if (/\p{Surrogate}/u.test(text)) throw new UnwritableTemplate(path, 'half of a character is not text');
  if (text.includes('\0')) throw new UnwritableTemplate(path, 'no program takes a text with NUL in it');
  if (text !== text.normalize('NFC'))
    throw new UnwritableTemplate(path, 'text must be in Unicode normal form C, or Packer would change it');
  return text;
};

/** A name of HCL: of a variable, an attribute, a block. */
export const writableName = (name: string, path: string): string => {
  if (/^[A-Za-z_][\w-]*$/.test(name)) return name;
  throw new UnwritableTemplate(path, `${JSON.stringify(name)} is not a name in HCL`);
};
