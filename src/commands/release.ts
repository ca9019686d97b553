import { access, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { renderUserData } from '../cloud-init/user-data.ts';
import { buildJobs } from '../image/host.ts';
import { TEXT_LIMIT } from '../package/size-table.ts';
import { sourceDateEpoch } from '../package/source-date.ts';
import { makeRelease } from '../release/make.ts';
import { isFolderUrl } from '../release/manifest.ts';
import { publishedAt, publishedFolder } from '../release/published.ts';
import { refreshRelease } from '../release/refresh.ts';
import { createKey } from '../release/signing.ts';
import { verifyRelease } from '../release/verify.ts';
import { findMissing, packagesOf } from '../requirements/missing.ts';
import { failure } from '../terminal/failure.ts';
import { createProgress } from '../terminal/progress.ts';
import { readTextMaker } from '../text-maker/render-text-maker.ts';
import { readChoices } from './build/choices.ts';
import { cacheFolder } from './build/environment.ts';
import { type Context, defineCommand, type ExitStatus } from './command.ts';

const OUTPUT = 'dist/release';

const newKey = async (file: string, { cwd, stdout, stderr }: Context): Promise<ExitStatus> => {
  await createKey(resolve(cwd, file)).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EEXIST') throw cause;
    throw failure(`${file} exists already`, { hint: 'a key is never overwritten: choose another name' });
  });
  stderr.write(
    [
      'Keep this file secret: anyone who has it can sign packages that your relays install. Keep two copies offline:',
      'without the key your relays accept no new packages. Sign with --key.\n',
    ].join('\n'),
  );
  stdout.write(`${file}\n`);
  return 0;
};

const makingOf = ({ signal, stderr, env, program }: Context) => ({
  signal,
  progress: createProgress({ output: stderr, env }),
  now: Date.now() / 1000,
  program,
});

const SIGNATURES = {
  'given key': 'signed with the given key',
  'own key': 'signed with the key in its manifest; --key verifies that it is the right one',
  none: 'not signed',
} as const;

const verify = async (given: string, key: string | undefined, context: Context): Promise<ExitStatus> => {
  const { cwd, env, signal, stdout } = context;
  const published = /^https?:/.test(given)
    ? publishedAt(given, { signal })
    : publishedFolder(resolve(cwd, given), given, signal);
  const keyFile = key === undefined ? undefined : resolve(cwd, key);
  const verifying = { ...makingOf(context), keyFile, cache: cacheFolder(env) };
  const { signature, differing } = await verifyRelease(published, verifying);
  if (differing.length > 0)
    return context.fail(
      `made again from these sources, these differ: ${differing.join(', ')}`,
      "images differ, too, when Debian's packages have changed since",
    );
  stdout.write(`${published.name}: the same, made again from these sources; ${SIGNATURES[signature]}\n`);
  return 0;
};

/** How long a text is that carries the package: a large key may make it too long. */
const tellSize = async (folder: string, { stderr }: Context): Promise<void> => {
  const facts = readTextMaker(await readFile(join(folder, 'index.html'), 'utf8'));
  const { size } = renderUserData({}, { base: 'debian', payload: facts?.payload });
  stderr.write(`a text that carries the package has ${size} of ${TEXT_LIMIT} bytes\n`);
  if (size > TEXT_LIMIT)
    stderr.write(
      'warning: that is too long for every provider\n  hint: use a short key, as --new-key makes\n',
    );
};

export const command = defineCommand({
  name: 'release',
  summary: 'make a folder to publish: packages, a signed Debian archive, and images',
  description: [
    'Any web server can publish the folder. Earlier versions in it are kept. Without --key everything is made',
    'except signatures, and apt does not accept the archive; with --key and --url the folder has',
    'debian/chatmail.sources, a file for apt that contains the public key.',
    '',
    'With SOURCE_DATE_EPOCH set, the same sources and the same packages of Debian give the same bytes.',
  ].join('\n'),
  options: {
    output: { type: 'string', short: 'o', value: 'DIR', help: `where to write it, ${OUTPUT} by default` },
    url: { type: 'string', value: 'URL', help: 'where it will be published' },
    key: { type: 'string', value: 'FILE', help: 'secret key to sign with' },
    format: {
      type: 'string',
      short: 'f',
      value: 'FORMAT,...',
      help: 'formats of the images, qcow2,tar by default',
    },
    force: { type: 'boolean', help: 'replace this version if the folder has it with other files' },
    'without-images': { type: 'boolean', help: 'make packages and archive only' },
    'new-key': { type: 'string', value: 'FILE', help: 'create a signing key instead' },
    refresh: {
      type: 'boolean',
      help: 'sign the archive in the folder again instead; a signature is valid for 90 days',
    },
    verify: {
      type: 'string',
      value: 'URL|DIR',
      help: 'make this release again instead, and compare; --key may be the public key',
    },
  },
  async run(context, { values }) {
    const { cwd, env, stdout, stderr } = context;
    if (values['new-key'] !== undefined) return newKey(values['new-key'], context);
    const { output = OUTPUT, key, url } = values;
    if (url !== undefined && !isFolderUrl(url))
      return context.usage(`\`${url}\` is not the http or https URL of a folder`);
    const choices = readChoices({ format: values.format ?? 'qcow2,tar' });
    if ('message' in choices) return context.usage(choices.message, choices.hint);
    const keyFile = key === undefined ? undefined : resolve(cwd, key);
    if (keyFile !== undefined)
      await access(keyFile).catch((cause: unknown) => {
        throw failure(`${key} cannot be read`, {
          hint: `\`${context.program} release --new-key ${key}\` makes one`,
          cause,
        });
      });
    const formats = values['without-images'] ? [] : choices.formats;
    const isBuilding = formats.length > 0 && values.verify === undefined && !values.refresh;
    const jobs = ['release', ...(isBuilding ? buildJobs(process.getuid?.() === 0) : [])] as const;
    const lacking = packagesOf(await findMissing(jobs, env.PATH));
    if (lacking.length > 0)
      return context.fail(
        `Debian packages are missing: ${lacking.join(' ')}`,
        `\`${context.program} requirements --install ${jobs.join(' ')}\``,
      );
    if (values.verify !== undefined) return verify(values.verify, key, context);
    const making = makingOf(context);
    if (values.refresh) {
      if (keyFile === undefined) return context.usage('--refresh needs --key');
      await refreshRelease(resolve(cwd, output), keyFile, making);
      stdout.write(`${output}\n`);
      return 0;
    }
    await makeRelease(
      {
        output: resolve(cwd, output),
        url: url?.replace(/\/+$/, ''),
        keyFile,
        formats,
        diskSize: choices.diskSize,
        epoch: sourceDateEpoch(env),
        force: values.force === true,
        cache: cacheFolder(env),
      },
      making,
    );
    if (keyFile === undefined)
      stderr.write('warning: nothing is signed, so apt does not accept the archive\n  hint: add --key\n');
    else if (url === undefined)
      stderr.write('warning: debian/chatmail.sources is missing\n  hint: add --url, where it is published\n');
    await tellSize(resolve(cwd, output), context);
    stdout.write(`${output}\n`);
    return 0;
  },
});
