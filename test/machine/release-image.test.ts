import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packagesOf } from '../../src/release/debian-packages.ts';
import { VERSION } from '../../src/version.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-image-'));
  await chmod(folder, 0o755);
  await execa('node', ['lib/cli.js', 'release', '--format', 'qcow2,tar', '-o', join(folder, 'release')]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Component {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly licenses?: unknown[];
  readonly hashes?: { readonly content: string }[];
  readonly properties?: { readonly value: string }[];
}

test('the bill of materials has every package of the image, and our files by their checksums', async () => {
  const text = await readFile(join(folder, 'release/sbom.cdx.json'), 'utf8');
  expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)).toBeNull();
  const { components } = JSON.parse(text) as { components: Component[] };
  const tar = `chatmail-relay-${VERSION}.tar`;
  const status = ['--extract', '--to-stdout', `--file=${folder}/release/${tar}`, './var/lib/dpkg/status'];
  const { stdout } = await execa('tar', status);
  const libraries = components.filter(({ type }) => type === 'library');
  expect(libraries.map(({ name, version }) => `${name} ${version}`).sort()).toEqual(
    packagesOf(stdout)
      .map(({ name, version }) => `${name} ${version}`)
      .sort(),
  );
  expect(libraries.find(({ name }) => name === 'libssl3')?.properties?.[0]?.value).toBe('openssl');
  expect(libraries.filter(({ properties = [] }) => properties.some(({ value }) => value === ''))).toEqual([]);
  const unlicensed = libraries.filter(({ licenses = [] }) => licenses.length === 0);
  expect(unlicensed.length).toBeLessThan(libraries.length / 10);
  const checksums = await readFile(join(folder, 'release/SHA256SUMS'), 'utf8');
  const files = components.filter(({ type }) => type === 'file');
  expect(files.map(({ name }) => name)).toContain(tar);
  for (const { name, hashes = [] } of files) expect(checksums).toContain(`${hashes[0]?.content}  ${name}\n`);
});

/** Gives `nobody` subordinate ids, our project and the base systems to read, in a view of the files of its own. */
const AS_NOBODY = `
set -eu
folder=$1 cache=$2; shift 2
for file in subuid subgid; do
  echo nobody:100000:65536 > "$folder/$file"
  mount --bind "$folder/$file" /etc/$file
done
mkdir -p "$folder/project" "$folder/cache/chatmail-image" "$folder/temporary"
mount --bind "$PWD" "$folder/project"
mount --bind "$cache" "$folder/cache/chatmail-image"
chown nobody "$folder/temporary"
export HOME=/nonexistent XDG_CACHE_HOME="$folder/cache" TMPDIR="$folder/temporary"
cd "$folder/project"
umask 077
exec setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
`;

test('made again by an ordinary user, elsewhere, later and under another umask, all of it is the same', async () => {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'chatmail-image');
  const inside = ['--mount', 'sh', '-c', AS_NOBODY, 'sh', folder, cache];
  const verify = ['node', 'lib/cli.js', 'release', '--verify', join(folder, 'release')];
  const { exitCode, all } = await execa('unshare', [...inside, ...verify], { reject: false, all: true });
  expect([exitCode, all]).toEqual([0, expect.stringContaining('the same, made again')]);
});
