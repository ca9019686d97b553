/** What Packer is asked to do. */
export interface PackerRequest {
  readonly action: 'build' | 'validate' | 'init';
  /** A file, or a folder of `.pkr.hcl` files; Packer before 1.7 does not know `required_plugins` in it. */
  readonly template: string;
  /** Variables by name. Everybody who can list processes sees them: give secrets in `env`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Names of sources, for example `hcloud.relay`; all when absent. */
  readonly only?: readonly string[];
  /** What is done with the machine of a failed build; it is removed by default. */
  readonly onError?: 'cleanup' | 'abort';
  /** The program, `packer` by default. */
  readonly packer?: string;
}

/** A program to run: nothing in it is for a shell. */
export interface PackerCommand {
  readonly argv: readonly string[];
  /** To be added to the environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Packer must not ask the network for newer versions of itself, and speaks for programs. */
const ENV = { CHECKPOINT_DISABLE: '1', PACKER_NO_COLOR: '1' } as const;

/** The command that does it, decided without running anything. */
export const packerCommand = ({
  action,
  template,
  variables = {},
  only = [],
  onError,
  packer = 'packer',
}: PackerRequest): PackerCommand => ({
  argv: [
    packer,
    action,
    ...(action === 'init' ? [] : ['-machine-readable']),
    ...(action === 'build' ? ['-color=false'] : []),
    ...(action === 'build' && onError ? [`-on-error=${onError}`] : []),
    ...(only.length > 0 && action !== 'init' ? [`-only=${only.join(',')}`] : []),
    ...(action === 'init'
      ? []
      : Object.entries(variables).flatMap(([name, value]) => ['-var', `${name}=${value}`])),
    template,
  ],
  env: ENV,
});
