import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { loadSettings, SETTINGS_OPTIONS } from '../config/load-settings.ts';
import { toYaml } from '../config/to-yaml.ts';
import { findPacker } from '../packer/find-packer.ts';
import { BUILDERS } from '../packer/relay/builders.ts';
import { packerFiles, templatePath } from '../packer/relay/files.ts';
import { writeFiles } from '../packer/relay/write-files.ts';
import { type Context, defineCommand, type ExitStatus } from './command.ts';
import { build } from './packer/build.ts';
import { ACTIONS, readChoices } from './packer/choices.ts';
import { PACKAGES, withVariables } from './packer/folder.ts';
import { asFailure } from './packer/outcome.ts';
import { validateAll } from './packer/validate.ts';
import { PACKAGE_OPTIONS, relayPackages } from './relay-packages.ts';

const DEFAULT_OUTPUT = 'dist/packer';
const SETTINGS = 'chatmail.yaml';

/** The relay's packages as they go beside the templates, by their names there. */
const packagesFor = async (
  values: Parameters<typeof relayPackages>[0],
  context: Pick<Context, 'cwd' | 'program'>,
): Promise<[name: string, content: Uint8Array][]> => {
  const folder = await mkdtemp(join(tmpdir(), 'chatmail-image-'));
  try {
    const { relay, extras } = await relayPackages(values, context, folder);
    return [
      [PACKAGES.relay, await readFile(relay)],
      [PACKAGES.extras, await readFile(extras)],
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
};

export const command = defineCommand({
  name: 'packer',
  summary: 'write Packer templates for clouds, validate them, build with them',
  usage: `[${ACTIONS.join('|')}]`,
  operands: [0, 1],
  words: ACTIONS,
  description: [
    `Builders: ${BUILDERS.slice(0, 8)
      .map(({ type }) => type)
      .join(', ')},`,
    `${BUILDERS.slice(8)
      .map(({ type }) => type)
      .join(', ')}.`,
    '',
    'Each template starts a machine of Debian 12, installs the relay, tests it, removes everything',
    'specific to that machine, and creates an image. Credentials come from the environment: the variables in a',
    'template say which. Packer 1.7 or later gets its plugins with `packer init` in the folder of the template; those of',
    'HashiCorp need 1.14 or later.',
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
      words: BUILDERS.map(({ type }) => type),
      help: 'builders to use, all by default; build needs at least one',
    },
    output: {
      type: 'string',
      short: 'o',
      value: 'DIR',
      help: `where to write them, ${DEFAULT_OUTPUT} by default`,
    },
    var: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'a variable of the template' },
    ...PACKAGE_OPTIONS,
    force: { type: 'boolean', short: 'f', help: 'overwrite files that were edited' },
    json: { type: 'boolean', help: 'print the result as JSON' },
    ...SETTINGS_OPTIONS,
  },
  async run(context, { operands: [action], values }): Promise<ExitStatus> {
    const { cwd, stdout, stderr, env } = context;
    const choices = readChoices(action, values.builder, values.var);
    if ('message' in choices) return context.usage(choices.message, choices.hint);
    const { result } = await loadSettings({ ...context, config: values.config, set: values.set });
    if (context.report(result.problems) !== 0 || !result.ok) return 1;

    const packer = choices.action === 'write' ? undefined : await findPacker(env);
    if (packer && 'code' in packer) throw asFailure([packer]);

    const output = resolve(cwd, values.output ?? DEFAULT_OUTPUT);
    const settings = toYaml(result.value);
    const files = new Map<string, string | Uint8Array>([
      ...packerFiles(choices.builders),
      [SETTINGS, settings],
      ...(await packagesFor(values, context)),
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
