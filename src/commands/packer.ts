import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { loadSettings, SETTINGS_OPTIONS } from '../config/load-settings.ts';
import { nearest } from '../config/nearest.ts';
import { toYaml } from '../config/to-yaml.ts';
import { DEFAULT_NAMES } from '../image/default-names.ts';
import { buildRelayPackage, packageVersion } from '../package/deb.ts';
import { packerCommand } from '../packer/command.ts';
import { type PackerProblem, problemWords } from '../packer/problem.ts';
import type { Builder } from '../packer/relay/builder.ts';
import { BUILDERS } from '../packer/relay/builders.ts';
import { packerFiles, templatePath } from '../packer/relay/files.ts';
import { followBuild } from '../packer/relay/follow.ts';
import { openLocalMachine } from '../packer/relay/local-machine.ts';
import { packerManifest } from '../packer/relay/manifest.ts';
import { writeFiles } from '../packer/relay/write-files.ts';
import {
  findPacker,
  knowsPlugins,
  type PackerOutcome,
  type PackerVersion,
  runPacker,
} from '../packer/run.ts';
import { installCommand } from '../requirements/install.ts';
import { findMissing, packagesOf } from '../requirements/missing.ts';
import { failure } from '../terminal/failure.ts';
import { createProgress } from '../terminal/progress.ts';
import { duration } from '../terminal/render-step.ts';
import { type Context, defineCommand, type ExitStatus } from './command.ts';

const ACTIONS = ['write', 'validate', 'build'] as const;
type Action = (typeof ACTIONS)[number];

const DEFAULT_OUTPUT = 'dist/packer';
const PACKAGE = 'chatmail-relay.deb';
const SETTINGS = 'chatmail.yaml';

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
    return { message: 'say what to build with', hint: `--builder and one or more of ${types.join(', ')}` };
  const wrong = vars.find((one) => !/^\w+=/.test(one));
  if (wrong !== undefined)
    return { message: `\`${wrong}\` sets no variable`, hint: 'write --var NAME=VALUE' };
  return {
    action: chosen,
    builders: wanted.length === 0 ? BUILDERS : BUILDERS.filter(({ type }) => wanted.includes(type)),
    variables: Object.fromEntries(
      vars.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
    ),
  };
};

const asFailure = (problems: readonly PackerProblem[], prefix: string): Error => {
  const words = problems.map(problemWords);
  const message = words.map((one) => `${prefix}${one.message}`).join('\n');
  const hints = [...new Set(words.flatMap(({ hint }) => (hint === undefined ? [] : [hint])))];
  return failure(message, hints.length > 0 ? { hint: hints.join('\n') } : {});
};

/** Rejects with a failure for what went wrong, or with the signal's reason. */
const requireDone = (outcome: PackerOutcome, prefix: string, signal: AbortSignal) => {
  if (outcome.status === 'failed') throw asFailure(outcome.problems, prefix);
  if (outcome.status === 'interrupted') {
    signal.throwIfAborted();
    throw failure(`${prefix}interrupted`);
  }
  return outcome;
};

interface Folder {
  readonly output: string;
  readonly settings: string;
  readonly packer: PackerVersion;
  readonly variables: Readonly<Record<string, string>>;
}

/** Packer before 1.7 takes the file alone, later ones the folder with what names the plugins. */
const templateFor = ({ type }: Builder, { output, packer }: Folder): string =>
  knowsPlugins(packer) ? join(output, type) : join(output, templatePath(type));

/** Does something with a builder, with the variables that can be made here; what they name is gone after that. */
const withVariables = async (
  { type }: Builder,
  folder: Folder,
  { env, cwd, signal, stderr }: Context,
  work: (folder: Folder) => Promise<void>,
): Promise<void> => {
  if (type !== 'qemu') return work(folder);
  const lacking = await findMissing(['packer-qemu'], env.PATH);
  if (lacking.length > 0)
    throw failure(`${type}: missing here: ${lacking.map(({ what }) => what).join(', ')}`, {
      hint: `run as root: ${installCommand(packagesOf(lacking)).join(' ')}`,
    });
  const given = folder.variables;
  const machine = await openLocalMachine({
    variables: given,
    env,
    cwd,
    bare: resolve(cwd, DEFAULT_NAMES.bare.output),
    signal,
  });
  try {
    const { disk } = machine.variables;
    if (disk !== undefined) stderr.write(`starting from ${relative(cwd, disk)}\n`);
    await work({ ...folder, variables: { ...machine.variables, ...given } });
  } finally {
    await machine.remove();
  }
};

const validate = async (builder: Builder, folder: Folder, { signal, env }: Context): Promise<void> => {
  const command = packerCommand({
    action: 'validate',
    template: templateFor(builder, folder),
    variables: folder.variables,
  });
  for await (const event of runPacker(command, { signal, env })) {
    if (event.type === 'end') requireDone(event.outcome, `${builder.type}: `, signal);
  }
};

const build = async (builder: Builder, folder: Folder, context: Context, json: boolean): Promise<void> => {
  const { signal, env, stdout, stderr } = context;
  const { output, packer, variables, settings } = folder;
  const { type } = builder;
  const began = performance.now();
  const progress = createProgress({ output: stderr, env });
  const command = packerCommand({ action: 'build', template: templateFor(builder, folder), variables });
  // Its own choice is a folder in the current one.
  const packerEnv = { PACKER_CACHE_DIR: join(output, 'cache'), ...env };
  const onAbort = (): void =>
    progress.note('\nstopping: Packer removes what it has made; a second Ctrl-C leaves it to that');
  signal.addEventListener('abort', onAbort, { once: true });
  const outcome = await followBuild(runPacker(command, { signal, env: packerEnv }), progress).finally(() =>
    signal.removeEventListener('abort', onAbort),
  );
  const { artifacts } = requireDone(outcome, '', signal);
  const version = await packageVersion();
  const manifest = await packerManifest(
    {
      type,
      packerVersion: packer.version,
      artifacts,
      relayPackage: { path: join(output, PACKAGE), version },
      template: await readFile(join(output, templatePath(type)), 'utf8'),
      settings,
      dpkgStatus: join(output, type, 'dpkg-status'),
      builderVersion: version,
      steps: progress.times,
    },
    signal,
  );
  const path = join(output, type, 'manifest.json');
  await writeFile(path, `${JSON.stringify(manifest, undefined, 2)}\n`);
  const seconds = (performance.now() - began) / 1000;
  const disks = [...new Set(artifacts[0]?.files ?? [])].map((file) => resolve(context.cwd, file));
  if (json) {
    const { packages: _, ...rest } = manifest;
    const files = manifest.files.map((file, index) => ({ ...file, path: disks[index] }));
    stdout.write(`${JSON.stringify({ ...rest, files, manifest: path, seconds })}\n`);
    return;
  }
  stderr.write(`${manifest.packages.length} packages; built in ${duration(seconds)}\n`);
  // What a cloud calls it, or where it is on this computer.
  for (const one of disks.length > 0 ? disks : [manifest.artifact.id]) stdout.write(`${one}\n`);
  stdout.write(`${path}\n`);
};

/** The relay's package as it goes beside the templates. */
const packageFor = async (given: string | undefined, cwd: string): Promise<Uint8Array> => {
  if (given !== undefined) return readFile(resolve(cwd, given));
  const folder = await mkdtemp(join(tmpdir(), 'chatmail-image-'));
  try {
    return await readFile((await buildRelayPackage(folder)).path);
  } finally {
    await rm(folder, { recursive: true });
  }
};

export const command = defineCommand({
  name: 'packer',
  summary: 'write Packer templates for clouds, validate them, build with them',
  usage: `[${ACTIONS.join('|')}]`,
  operands: [0, 1],
  description: [
    `Builders: ${BUILDERS.slice(0, 8)
      .map(({ type }) => type)
      .join(', ')},`,
    `${BUILDERS.slice(8)
      .map(({ type }) => type)
      .join(', ')}.`,
    '',
    'Each template starts a machine of Debian 12, installs the relay, tests it, takes out what is of this one',
    'machine, and makes an image of it. Credentials are taken from the environment: the variables in a template',
    'say which. Packer 1.7 or later gets its plugins with `packer init` in the folder of the template.',
    '',
    'qemu starts from what `build --bare` has made, with a key of its own; --var accelerator=tcg where KVM',
    'does not work.',
  ].join('\n'),
  options: {
    builder: {
      type: 'string',
      short: 'b',
      multiple: true,
      value: 'NAME,...',
      help: 'which ones, all by default; build needs it',
    },
    output: {
      type: 'string',
      short: 'o',
      value: 'DIR',
      help: `where to write them, ${DEFAULT_OUTPUT} by default`,
    },
    var: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'a variable of the template' },
    'relay-package': {
      type: 'string',
      value: 'FILE',
      help: "the relay's Debian package; built when not given",
    },
    force: { type: 'boolean', short: 'f', help: 'overwrite files that were edited' },
    json: { type: 'boolean', help: 'print the result as JSON' },
    ...SETTINGS_OPTIONS,
  },
  async run(context, { operands: [action], values }): Promise<ExitStatus> {
    const { cwd, stdout, stderr, env } = context;
    const choices = readChoices(action, values.builder, values.var);
    if ('message' in choices) return context.usage(choices.message, choices.hint);
    const { result } = await loadSettings({ cwd, config: values.config, set: values.set });
    if (context.report(result.problems) !== 0 || !result.ok) return 1;

    const packer = choices.action === 'write' ? undefined : await findPacker(env);
    if (packer && 'code' in packer) throw asFailure([packer], '');

    const output = resolve(cwd, values.output ?? DEFAULT_OUTPUT);
    const settings = toYaml(result.value);
    const files = new Map<string, string | Uint8Array>([
      ...packerFiles(choices.builders),
      [SETTINGS, settings],
      [PACKAGE, await packageFor(values['relay-package'], cwd)],
    ]);
    const policy = values.force ? 'overwrite' : choices.action === 'write' ? 'refuse' : 'keep';
    const edited = await writeFiles(output, files, { edited: policy });
    if (policy === 'refuse' && edited.length > 0)
      return context.fail(
        `${edited.map((path) => join(relative(cwd, output), path)).join(', ')} would be overwritten`,
        'they were edited since; --force overwrites them, --output names another folder',
      );
    if (!packer) {
      const paths = choices.builders.map(({ type }) => join(relative(cwd, output), templatePath(type)));
      stdout.write(
        values.json ? `${JSON.stringify({ output, templates: paths })}\n` : `${paths.join('\n')}\n`,
      );
      return 0;
    }

    if (policy === 'keep' && edited.length > 0) stderr.write(`as edited: ${edited.join(', ')}\n`);
    stderr.write(`Packer ${packer.version}\n`);
    const folder = { output, settings, packer, variables: choices.variables };
    if (choices.action === 'build') {
      for (const builder of choices.builders)
        await withVariables(builder, folder, context, (ready) =>
          build(builder, ready, context, values.json ?? false),
        );
      return 0;
    }
    return validateAll(choices.builders, folder, context, values.json ?? false);
  },
});

/** All are looked at, so that one run says all that is missing. */
const validateAll = async (
  builders: readonly Builder[],
  folder: Folder,
  context: Context,
  json: boolean,
): Promise<ExitStatus> => {
  let status: ExitStatus = 0;
  for (const builder of builders) {
    let problem: Error | undefined;
    await withVariables(builder, folder, context, (ready) => validate(builder, ready, context)).catch(
      (error: Error) => {
        context.signal.throwIfAborted();
        if (error.name !== 'Failure') throw error;
        problem = error;
      },
    );
    if (problem) status = context.fail(problem.message, (problem as { hint?: string }).hint);
    if (json)
      context.stdout.write(
        `${JSON.stringify({ builder: builder.type, valid: !problem, ...(problem && { error: problem.message }) })}\n`,
      );
    else if (!problem) context.stdout.write(`${builder.type}: valid\n`);
  }
  return status;
};
