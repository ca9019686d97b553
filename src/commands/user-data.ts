import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Base } from '../cloud-init/options.ts';
import { isPrivateKey, keysIn } from '../cloud-init/ssh-keys.ts';
import { renderUserData } from '../cloud-init/user-data.ts';
import { loadSettings, SETTINGS_OPTIONS } from '../config/load-settings.ts';
import { problemToJson } from '../config/problem-to-json.ts';
import { readJson } from '../image/read-json.ts';
import { CLOUD_NAMES, CLOUDS, cloudNamed } from '../model/clouds/all.ts';
import { wayOf } from '../model/clouds/steps.ts';
import { cloudsTable } from '../model/clouds/words.ts';
import { type Payload, payloadOf } from '../package/payload.ts';
import { pinPackages } from '../package/pin.ts';
import type { ReleaseManifest } from '../release/manifest.ts';
import { sourcesFile } from '../release/sources-file.ts';
import { failure } from '../terminal/failure.ts';
import { readInput } from '../terminal/read-input.ts';
import { type Context, defineCommand, type Options } from './command.ts';

const OPTIONS = {
  ...SETTINGS_OPTIONS,
  base: {
    type: 'string',
    value: 'image|debian',
    help: 'for the relay image (default), or for stock Debian 12',
  },
  provider: {
    type: 'string',
    value: 'NAME',
    words: CLOUD_NAMES,
    help: "check it against this provider's limits",
  },
  'list-providers': {
    type: 'boolean',
    help: 'list what we know about each provider, and how reliable it is',
  },
  output: { type: 'string', short: 'o', value: 'FILE', help: 'write it here instead of printing it' },
  source: {
    type: 'string',
    multiple: true,
    value: 'URL',
    help: 'folder with the packages, for a text too long for the provider; repeatable',
  },
  packages: {
    type: 'string',
    value: 'DIR',
    help: 'the same packages on this computer, dist by default; if it is a release, its URL is a source',
  },
  'ssh-key': { type: 'string', multiple: true, value: 'FILE', help: 'a public key to log in with' },
  hostname: { type: 'string', value: 'NAME', help: "the machine's host name" },
  'phone-home': { type: 'string', value: 'URL', help: 'cloud-init posts here when it is done' },
  mirror: {
    type: 'string',
    value: 'URL',
    help: "Debian's archive for a stock machine, not the image's own; with debian-security beside it",
  },
  merge: { type: 'string', value: 'FILE', help: 'your own cloud-config to merge in' },
  script: { type: 'boolean', help: 'a shell script for root, where stock Debian has no cloud-init' },
  gzip: { type: 'boolean', help: "compress it, for a provider's client that uploads files unchanged" },
  json: { type: 'boolean', help: 'print text, size and problems as JSON' },
} as const satisfies Options;

/** What a text takes from the release in a folder of packages, if there is one. */
interface Release {
  readonly url?: string;
  /** Of a signed release: the package that knows its archive. */
  readonly payload?: Payload;
}

/** The payload takes seconds to make: it is there where a text `canCarry` it. */
const releaseIn = async (folder: string, canCarry: boolean): Promise<Release> => {
  const manifest = await readJson<Partial<ReleaseManifest> | null>(resolve(folder, 'manifest.json'));
  const { url, publicKey } = manifest ?? {};
  if (typeof url !== 'string') return {};
  if (!canCarry || typeof publicKey !== 'string') return { url };
  return { url, payload: payloadOf(sourcesFile(url, publicKey)) };
};

const readText = async ({ cwd, signal }: Context, file: string): Promise<string> =>
  String(Buffer.from(await readInput(resolve(cwd, file), { name: file, signal })));

/** The lines of a file that are keys. Rejects for a private key, which must not get into a text, and for none. */
const keysInFile = async (file: string, context: Context): Promise<string[]> => {
  const text = await readText(context, file);
  if (isPrivateKey(text))
    throw failure(`${file} is a private key`, { hint: `name the public key, most often ${file}.pub` });
  const keys = keysIn(text);
  if (keys.length === 0)
    throw failure(`${file} has no key in it`, { hint: 'a key is a line like ssh-ed25519 AAAA...' });
  return keys;
};

/** Every line of the files that is a key. */
const keysInFiles = async (files: readonly string[], context: Context): Promise<string[]> =>
  (await Promise.all(files.map((file) => keysInFile(file, context)))).flat();

export const command = defineCommand({
  name: 'user-data',
  summary: "write the text to paste into a provider's form",
  description: [
    'For our image the text holds settings only. For a stock Debian 12 it holds the whole relay, compressed:',
    "only Debian's own packages are downloaded. Where a provider accepts less, --source URL names a folder",
    'on any web server that has the files of `chatmail-image package`; with several, the machine tries each in turn.',
  ].join('\n'),
  options: OPTIONS,
  async run(context, { values }) {
    const { cwd, stdout, stderr } = context;
    if (values['list-providers']) {
      stdout.write(values.json ? `${JSON.stringify(CLOUDS, null, 2)}\n` : cloudsTable(CLOUDS));
      return 0;
    }
    const { base = 'image', provider, output } = values;
    if (base !== 'image' && base !== 'debian')
      return context.usage(`--base must be image or debian, not \`${base}\``);
    if (values.gzip && output === undefined)
      return context.usage('--gzip output cannot be shown on a screen', 'add --output FILE');
    const cloud = cloudNamed(provider ?? '');
    if (provider !== undefined && cloud === undefined)
      return context.usage(`unknown provider \`${provider}\``, `providers are ${CLOUD_NAMES.join(', ')}`);
    const { result } = await loadSettings({ ...context, config: values.config, set: values.set });
    if (context.report(result.problems) !== 0 || !result.ok) return 1;
    const { source, packages } = values;
    const canCarry = base === 'debian' && !values.script && cloud !== undefined && wayOf(cloud) === 'whole';
    const release = packages === undefined ? {} : await releaseIn(resolve(cwd, packages), canCarry);
    const sources = source ?? (release.url === undefined ? undefined : [release.url]);
    const { text, bytes, size, isFetching, problems } = renderUserData(result.value, {
      base: base as Base,
      provider,
      sources,
      packages: sources && (await pinPackages(resolve(cwd, packages ?? 'dist'), context.program)),
      payload: release.payload,
      isScript: values.script,
      isGzip: values.gzip,
      sshKeys: await keysInFiles(values['ssh-key'] ?? [], context),
      hostname: values.hostname,
      phoneHome: values['phone-home'],
      mirror: values.mirror,
      extra:
        values.merge === undefined
          ? undefined
          : { name: values.merge, text: await readText(context, values.merge) },
    });
    const status = context.tell(problems);
    if (values.json)
      stdout.write(`${JSON.stringify({ text, size, isFetching, problems: problems.map(problemToJson) })}\n`);
    if (status !== 0) return status;
    if (output !== undefined) {
      await writeFile(resolve(cwd, output), bytes);
      stderr.write(`wrote ${output}, ${size} bytes${isFetching ? ', which fetch the packages' : ''}\n`);
    } else if (!values.json) stdout.write(text);
    return 0;
  },
});
