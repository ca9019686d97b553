import { writeFile } from 'node:fs/promises';
import { resolve as resolvePath } from 'node:path';
import { checkEntries, type Layer } from '../config/check-entries.ts';
import { DEFAULT_FILE, loadFile } from '../config/load-settings.ts';
import { resolve } from '../config/resolve.ts';
import { toYaml } from '../config/to-yaml.ts';
import { type Context, defineCommand } from './command.ts';
import { schemaLink } from './schema-link.ts';

/** Writes the file, or says that it is there already. */
const writeNew = async (path: string, text: string, isForced: boolean | undefined): Promise<boolean> => {
  try {
    await writeFile(path, text, { flag: isForced ? 'w' : 'wx' });
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EEXIST') return false;
    throw error;
  }
};

const readDomain = (text: string): Layer =>
  checkEntries({ name: 'DOMAIN', text }, () => [
    { name: 'mail_domain', value: text, range: { start: 0, end: text.length } },
  ]);

const layersOf = async (
  { cwd, signal }: Context,
  domain?: string,
  from?: string,
): Promise<readonly Layer[]> => [
  ...(domain === undefined ? [] : [readDomain(domain)]),
  ...(from === undefined ? [] : [await loadFile(resolvePath(cwd, from), from, signal)]),
];

export const command = defineCommand({
  name: 'init',
  summary: 'write chatmail.yaml with every setting',
  usage: '[DOMAIN]',
  operands: [0, 1],
  description: `
DOMAIN is the domain of the relay's addresses, or an IPv4 address for a relay without DNS. Without it
the relay finds its name when it starts. The file is not written if something in it would be wrong.
Its first line tells editors where the JSON Schema is, for completion and checks while you type.`,
  options: {
    from: {
      type: 'string',
      value: 'FILE',
      help: "take over the settings of upstream's chatmail.ini, or of a YAML file",
    },
    output: {
      type: 'string',
      short: 'o',
      value: 'FILE',
      help: `write here instead of ${DEFAULT_FILE}; - prints`,
    },
    force: { type: 'boolean', short: 'f', help: 'overwrite the file if it exists' },
  },
  run: async (context, { operands: [domain], values: { from, output = DEFAULT_FILE, force } }) => {
    const resolved = resolve(...(await layersOf(context, domain, from)));
    context.report(resolved.problems);
    if (!resolved.ok) return 1;
    if (output === '-') {
      context.stdout.write(toYaml(resolved.value));
      return 0;
    }
    const path = resolvePath(context.cwd, output);
    if (!(await writeNew(path, toYaml(resolved.value, schemaLink(path)), force)))
      return context.fail(
        `${output} exists already`,
        'overwrite it with --force, or name another with --output',
      );
    context.stdout.write(`wrote ${output}\n`);
    return 0;
  },
});
