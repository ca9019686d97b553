import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadSettings, SETTINGS_OPTIONS } from '../config/load-settings.ts';
import { toYaml } from '../config/to-yaml.ts';
import { build } from '../image/build.ts';
import { DEFAULT_NAMES } from '../image/default-names.ts';
import { COMPRESSIONS, FORMATS } from '../image/formats.ts';
import { buildJobs } from '../image/host.ts';
import type { Manifest } from '../image/manifest.ts';
import { KERNELS } from '../image/packages.ts';
import type { BuildRequest } from '../image/request.ts';
import { echobotFiles } from '../package/echobot.ts';
import { sizeTable } from '../package/size-table.ts';
import { sourceDateEpoch } from '../package/source-date.ts';
import { installPackages } from '../requirements/install.ts';
import { findMissing, packagesOf } from '../requirements/missing.ts';
import { failure } from '../terminal/failure.ts';
import { createProgress } from '../terminal/progress.ts';
import { duration } from '../terminal/render-step.ts';
import { DEFAULT_SIZE, FORMAT_NAMES, readChoices } from './build/choices.ts';
import { cacheFolder } from './build/environment.ts';
import { type Context, defineCommand } from './command.ts';
import { PACKAGE_OPTIONS, relayPackages } from './relay-packages.ts';
import { textSize } from './text-size.ts';

const table = ({ files, packages }: Manifest): string =>
  [
    ...files.map(({ file, size }) => `${file.padEnd(32)}${(size / 1e6).toFixed(1).padStart(9)} MB\n`),
    `${packages.length} packages; largest: ${[...packages]
      .sort((a, b) => b.size - a.size)
      .slice(0, 6)
      .map(({ name, size }) => `${name} ${Math.round(size / 1024)} MB`)
      .join(', ')}\n`,
  ].join('');

const installRequirements = async (context: Context): Promise<void> => {
  const { env, stderr, signal } = context;
  const isRoot = process.geteuid?.() === 0;
  const lacking = await findMissing(['package', ...buildJobs(isRoot)], env.PATH);
  await installPackages(packagesOf(lacking), {
    signal,
    say: (line) => stderr.write(`${line}\n`),
    isRoot,
    withoutServices: false,
  });
};

const buildAndTell = async (request: BuildRequest, context: Context, json: boolean): Promise<void> => {
  const { stdout, stderr, env, signal } = context;
  const progress = createProgress({ output: stderr, env });
  const began = performance.now();
  const { manifest, isUnchanged } = await build(request, { signal, progress, now: Date.now() / 1000 });
  const seconds = (performance.now() - began) / 1000;
  const files = manifest.files.map((one) => ({ ...one, path: join(request.output, one.file) }));
  if (json) {
    const { packages: _, ...rest } = manifest;
    stdout.write(`${JSON.stringify({ ...rest, files, unchanged: isUnchanged, seconds })}\n`);
    return;
  }
  stderr.write(table(manifest));
  stderr.write(`${isUnchanged ? 'nothing has changed; checked' : 'built'} in ${duration(seconds)}\n`);
  for (const { path } of files) stdout.write(`${path}\n`);
};

/** The relay's packages: those that are given, or new ones, with a report on their size in the pasted text. */
const packagesFor = async (
  values: Parameters<typeof relayPackages>[0],
  folder: string,
  context: Context,
): Promise<NonNullable<BuildRequest['packages']>> => {
  const packages = await relayPackages(values, context, folder);
  if (values['relay-package'] === undefined)
    context.stderr.write(sizeTable(textSize(), (await stat(packages.relay)).size));
  return packages;
};

interface RelayValues {
  readonly config?: string;
  readonly set?: readonly string[];
  readonly 'with-echobot'?: boolean;
}

/**
 * What goes into the image of a relay besides its package; undefined: its settings are wrong, and the problems were
 * printed.
 */
const readRelay = async (
  { config, set, 'with-echobot': hasEchobot = false }: RelayValues,
  context: Context,
): Promise<Pick<BuildRequest, 'settings' | 'programs'> | undefined> => {
  const { result, file } = await loadSettings({ ...context, config, set });
  if (context.report(result.problems) !== 0 || !result.ok) return undefined;
  const baked = file ?? (set && '--set');
  if (baked) context.stderr.write(`settings of ${baked} go into the image\n`);

  const programs = hasEchobot ? echobotFiles() : {};
  if (!programs)
    throw failure('the Delta Chat core is not installed', {
      hint: 'npm install @deltachat/stdio-rpc-server, for linux on x64',
    });
  return {
    ...(hasEchobot ? { programs } : {}),
    ...(baked ? { settings: toYaml(result.value) } : {}),
  };
};

export const command = defineCommand({
  name: 'build',
  summary: 'build a relay image: one disk for BIOS and UEFI, or its files as a tar',
  description: [
    `Formats: ${FORMAT_NAMES}. Settings (--config, --set) are baked into the image as`,
    'defaults of its machines; without any, each machine gets them from its user-data.',
    '',
    "With --bare the image is Debian 12 as clouds offer it: Debian's packages and cloud-init, without the",
    'relay. `packer build --builder qemu` starts from one; you can also use it to try user-data.',
    '',
    'The base system is kept in $XDG_CACHE_HOME/chatmail-image and used again for a day.',
    'With SOURCE_DATE_EPOCH set, the same inputs give the same bytes.',
  ].join('\n'),
  options: {
    format: {
      type: 'string',
      short: 'f',
      value: 'FORMAT,...',
      words: Object.keys(FORMATS),
      help: 'what to write, qcow2 by default',
    },
    output: {
      type: 'string',
      short: 'o',
      value: 'DIR',
      help: `where to write it, ${DEFAULT_NAMES.relay.output} by default, with --bare ${DEFAULT_NAMES.bare.output}`,
    },
    name: {
      type: 'string',
      value: 'NAME',
      help: `name of the files, ${DEFAULT_NAMES.relay.name} or ${DEFAULT_NAMES.bare.name} by default`,
    },
    bare: { type: 'boolean', help: 'a Debian without the relay' },
    size: {
      type: 'string',
      value: 'SIZE',
      help: `size of the disk, ${DEFAULT_SIZE} by default; it grows later`,
    },
    kernel: {
      type: 'string',
      value: Object.keys(KERNELS).join('|'),
      help: 'generic (default) has drivers for every server; cloud (default with --bare) is smaller',
    },
    include: {
      type: 'string',
      value: 'PACKAGE,...',
      help: 'more Debian packages to install',
    },
    compression: {
      type: 'string',
      value: COMPRESSIONS.join('|'),
      help: `of a qcow2: ${COMPRESSIONS.join(' (default) or ')}`,
    },
    ...PACKAGE_OPTIONS,
    'with-echobot': { type: 'boolean', help: 'include the Delta Chat core, for the setting echobot' },
    refresh: { type: 'boolean', help: "rebuild the base system from today's Debian" },
    force: { type: 'boolean', help: 'build even if the same image exists' },
    'install-requirements': { type: 'boolean', help: 'install missing Debian packages first, as root' },
    json: { type: 'boolean', help: 'print the result as JSON' },
    ...SETTINGS_OPTIONS,
  },
  async run(context, { values }) {
    const { cwd } = context;
    const choices = readChoices(values);
    if ('message' in choices) return context.usage(choices.message, choices.hint);
    const epoch = sourceDateEpoch(context.env);
    const relay = values.bare ? {} : await readRelay(values, context);
    if (!relay) return 1;

    if (values['install-requirements']) await installRequirements(context);
    const folder = await mkdtemp(join(tmpdir(), 'chatmail-image-'));
    try {
      const request = {
        ...choices,
        ...relay,
        ...(!values.bare && { packages: await packagesFor(values, folder, context) }),
        output: resolve(cwd, choices.output),
        cache: cacheFolder(context.env),
        refresh: values.refresh ?? false,
        force: values.force ?? false,
        ...(epoch !== undefined && { sourceDateEpoch: epoch }),
      };
      await buildAndTell(request, context, values.json ?? false);
      return 0;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});
