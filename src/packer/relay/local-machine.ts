import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { digestFile } from '../../image/file-digest.ts';
import { needsDisk } from '../../image/formats.ts';
import type { Manifest } from '../../image/manifest.ts';
import { readJson } from '../../image/read-json.ts';
import { removeLeftovers } from '../../lab/leftovers.ts';
import { ownedName } from '../../lab/owner.ts';
import { seedFiles } from '../../lab/seed.ts';
import { makeSshKey } from '../../lab/ssh.ts';
import { run } from '../../program/run.ts';
import { failure } from '../../terminal/failure.ts';

type Variables = Readonly<Record<string, string>>;

/** What is there for a build in QEMU on this computer. */
export interface LocalBuild {
  /** Variables of the template that were given. */
  readonly variables: Variables;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Where `build --bare` writes. */
  readonly bare: string;
  readonly signal: AbortSignal;
}

/** Variables for what was not given, and how to remove what they name. */
interface LocalMachine {
  readonly variables: Variables;
  remove(): Promise<void>;
}

/** The variables of the template `qemu` that have a name in the environment. */
const IN_ENVIRONMENT = {
  disk: 'RELAY_DISK',
  disk_checksum: 'RELAY_DISK_CHECKSUM',
  seed: 'RELAY_SEED',
  ssh_private_key_file: 'RELAY_SSH_KEY',
} as const;

const givenFor = (name: keyof typeof IN_ENVIRONMENT, { variables, env }: LocalBuild): string | undefined =>
  variables[name] ?? (env[IN_ENVIRONMENT[name]] || undefined);

/** The disk that `build --bare` has made here, or the checksum of another one that is a file. */
const diskOf = async (build: LocalBuild): Promise<Variables> => {
  const { cwd, bare, signal } = build;
  const disk = givenFor('disk', build);
  if (disk === undefined) {
    const manifest = await readJson<Manifest>(join(bare, 'manifest.json'));
    const file = manifest?.files.find(({ format }) => needsDisk(format));
    return file ? { disk: join(bare, file.file), disk_checksum: `sha256:${file.sha256}` } : {};
  }
  const path = resolve(cwd, disk);
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile || givenFor('disk_checksum', build) !== undefined) return {};
  return { disk_checksum: `sha256:${(await digestFile(path, signal)).sha256}` };
};

/** QEMU's name for this computer, as the machine sees it (qemu(1), `-netdev user`). */
const HOST = '10.0.2.2';

/** The proxy that apt uses here, for the machine. */
const aptProxy = async (env: LocalBuild['env']): Promise<string | undefined> => {
  const said = await run(['apt-config', 'shell', 'proxy', 'Acquire::http::Proxy'], { env }).catch(() => '');
  const [, proxy] = /^proxy='(https?:\/\/[^']+)'$/.exec(said) ?? [];
  return proxy?.replace(/\/\/(localhost|127\.[\d.]+|\[::1\])(?=[:/]|$)/, `//${HOST}`);
};

/** User-data of a machine that only Packer can log in to, and only until it is sealed. It is JSON, which is YAML. */
const seedUserData = (proxy: string | undefined): string =>
  `#cloud-config\n${JSON.stringify({
    disable_root: false,
    users: [],
    // Keys of other kinds take an emulated machine minutes.
    ssh_genkeytypes: ['ed25519'],
    ...(proxy === undefined ? {} : { apt: { http_proxy: proxy } }),
  })}\n`;

/** A key, and a seed that lets it in. */
const seedOf = async (folder: string, instance: string, build: LocalBuild): Promise<Variables> => {
  if (givenFor('seed', build) !== undefined || givenFor('ssh_private_key_file', build) !== undefined)
    return {};
  const key = await makeSshKey(folder);
  if (!key) throw failure('there is no ssh-keygen here', { hint: 'apt-get install openssh-client' });
  const seed = join(folder, 'seed');
  await mkdir(seed);
  const userData = Buffer.from(seedUserData(await aptProxy(build.env)));
  const files = seedFiles({ instance, userData, publicKeys: [key.publicKey] });
  for (const [name, content] of Object.entries(files)) await writeFile(join(seed, name), content);
  return { seed, ssh_private_key_file: key.file };
};

/**
 * Finds or makes what the template `qemu` needs and was not given: the disk that `build --bare` has made, its
 * checksum, and a key with a seed that lets it in. What is not there is left to Packer to ask for.
 */
export const openLocalMachine = async (build: LocalBuild): Promise<LocalMachine> => {
  await removeLeftovers();
  const name = ownedName();
  const folder = join(tmpdir(), name);
  const remove = () => rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  try {
    const variables = { ...(await diskOf(build)), ...(await seedOf(folder, name, build)) };
    return { variables, remove };
  } catch (error) {
    await remove();
    throw error;
  }
};
