import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { payloadOf, readPayload } from '../../src/package/payload.ts';
import { digestsOf } from '../../src/release/checksums.ts';
import { sourcesFile } from '../../src/release/sources-file.ts';
import { VERSION } from '../../src/version.ts';
import { runProgram } from '../run-program.ts';
import { serveFolder } from '../serve-folder.ts';
import { runRelease } from './command.ts';

// Most run the command several times, beside other tests.
vi.setConfig({ testTimeout: 180_000 });

let folder: string;
let url: string;
let stopServer: () => Promise<void>;

const release = (args: readonly string[], cwd = folder) => runRelease(args, cwd);

const signed = (output: string) => ['--without-images', '-o', output, '--key', 'key.asc', '--url', url];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-test-'));
  // nginx's workers are somebody else.
  await execa('chmod', ['755', folder]);
  const server = await serveFolder(folder, folder);
  url = `${server.url}release/`;
  stopServer = server.stop;
  await release(['--new-key', 'key.asc']);
  // To squeeze the package takes a while; the tests after this one find it done.
  await release(signed('release'));
}, 60_000);
afterAll(async () => {
  await stopServer?.();
  await rm(folder, { recursive: true, force: true });
});

/** apt with folders of its own, which knows the archive by the release's file and nothing else. */
const apt = async (...args: readonly string[]) => {
  const root = join(folder, 'apt');
  for (const path of ['sources', 'lists/partial', 'cache/archives/partial'])
    await mkdir(join(root, path), { recursive: true });
  const source = await fetch(`${url}debian/chatmail.sources`).then((response) => response.text());
  await writeFile(join(root, 'sources/chatmail.sources'), source);
  await writeFile(join(root, 'status'), '');
  const options = {
    'Dir::Etc::SourceList': '/dev/null',
    'Dir::Etc::SourceParts': join(root, 'sources'),
    'Dir::Etc::Trusted': '/dev/null',
    'Dir::Etc::TrustedParts': '/dev/null',
    'Dir::State::Lists': join(root, 'lists'),
    'Dir::State::Status': join(root, 'status'),
    'Dir::Cache': join(root, 'cache'),
    'Acquire::http::Proxy': 'DIRECT',
    'APT::Sandbox::User': 'root',
    'APT::Update::Error-Mode': 'any',
  };
  return execa(
    args[0] ?? '',
    [...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]), ...args.slice(1)],
    {
      cwd: folder,
      all: true,
      reject: false,
    },
  );
};

describe('a key', () => {
  test('can be read by its owner alone', async () => {
    expect((await stat(join(folder, 'key.asc'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(folder, 'key.asc'), 'utf8')).toMatch(/^-----BEGIN PGP PRIVATE KEY BLOCK-----/);
  });

  test('comes with how to keep it, and is never overwritten', async () => {
    expect((await release(['--new-key', 'second.asc'])).stderr).toContain('Keep this file secret');
    const before = await readFile(join(folder, 'key.asc'), 'utf8');
    expect(await release(['--new-key', 'key.asc'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('exists already'),
    });
    expect(await readFile(join(folder, 'key.asc'), 'utf8')).toBe(before);
  });
});

test('apt verifies the archive with the key in its file, and gets our packages as they are', async () => {
  expect(await apt('apt-get', 'update')).toMatchObject({
    exitCode: 0,
    all: expect.stringContaining(`${url}debian`),
  });
  for (const name of ['chatmail-relay', 'chatmail-relay-extras']) {
    expect((await apt('apt-cache', 'policy', name)).all).toContain(`Candidate: ${VERSION}`);
    expect(await apt('apt-get', 'download', name)).toMatchObject({ exitCode: 0 });
    const file = `${name}_${VERSION}_all.deb`;
    const [got, published] = [
      await readFile(join(folder, file)),
      await readFile(join(folder, 'release', file)),
    ];
    expect(got.equals(published)).toBe(true);
  }
});

test('a text made for the release carries its package', async () => {
  const digits = payloadOf(await readFile(join(folder, 'release/debian/chatmail.sources'), 'utf8')).digits;
  const textFor = async (...args: string[]) => {
    const command = ['user-data', '--base', 'debian', '--provider', 'digitalocean', ...args];
    return (await runProgram(command, folder, { program: 'chatmail-image' })).stdout;
  };
  const last = digits.slice(-100, -1);
  expect(await textFor('--packages', 'release')).toContain(last);
  expect(await textFor()).not.toContain(last);
});

describe('--refresh', () => {
  const field = async (name: string) => {
    const signed = await readFile(join(folder, 'release/debian/dists/stable/InRelease'), 'utf8');
    return Date.parse(new RegExp(`^${name}: (.*)$`, 'm').exec(signed)?.[1] ?? '') / 1000;
  };
  const refresh = (key: string) => release(['--refresh', '-o', 'release', '--key', key]);

  test('a signature is valid for 90 days, however old the sources are', async () => {
    expect(Math.abs((await field('Date')) - Date.now() / 1000)).toBeLessThan(600);
    expect((await field('Valid-Until')) - (await field('Date'))).toBe(90 * 86_400);
  });

  test('signs again, and changes nothing else', async () => {
    const list = join(folder, 'release/debian/dists/stable/InRelease');
    const digests = () => digestsOf(join(folder, 'release'), new AbortController().signal);
    const [before, others] = [await readFile(list, 'utf8'), await digests()];
    vi.setSystemTime(Date.now() + 86_400_000);
    expect(await refresh('key.asc')).toMatchObject({ status: 0 });
    vi.useRealTimers();
    expect(await readFile(list, 'utf8')).not.toBe(before);
    expect(await digests()).toEqual(others);
    expect((await stat(list)).mode & 0o777).toBe(0o644);
    expect(await refresh('key.asc')).toMatchObject({ status: 0 });
    expect(await apt('apt-get', 'update')).toMatchObject({ exitCode: 0 });
  });

  test('refuses what another key has signed', async () => {
    await release(['--new-key', 'other.asc']);
    expect(await refresh('other.asc')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('has no SHA256SUMS that this key has signed'),
    });
  });

  test.each(['debian/dists/stable/Release', `debian/pool/chatmail-relay_${VERSION}_all.deb`])(
    'refuses to sign where somebody has changed %s',
    async (path) => {
      const before = await readFile(join(folder, 'release', path));
      await appendFile(join(folder, 'release', path), 'x');
      expect(await refresh('key.asc')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining(`${path} is not as SHA256SUMS says`),
      });
      await writeFile(join(folder, 'release', path), before);
    },
  );

  test('needs the key', async () => {
    expect(await release(['--refresh', '-o', 'release'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--refresh needs --key'),
    });
  });
});

test('apt refuses an archive that was changed', async () => {
  await release(signed('release'));
  const lists = join(folder, 'release/debian/dists/stable');
  await writeFile(
    join(lists, 'InRelease'),
    (await readFile(join(lists, 'InRelease'), 'utf8')).replace('main', 'evil'),
  );
  await rm(join(folder, 'apt'), { recursive: true, force: true });
  const { exitCode, all } = await apt('apt-get', 'update');
  expect([exitCode, all]).toEqual([100, expect.stringMatching(/BADSIG|not signed|invalid/)]);
  await release(signed('release'));
});

const inPackage = async (release: string): Promise<string> => {
  const deb = join(folder, release, `chatmail-relay_${VERSION}_all.deb`);
  const { stdout } = await execa('sh', [
    '-c',
    `dpkg-deb --fsys-tarfile ${deb} | tar --extract --to-stdout ./usr/share/chatmail/archive.sources || :`,
  ]);
  return stdout;
};

describe('the package', () => {
  test('has what apt needs to know of the archive it is published in, and so has the manifest', async () => {
    const source = await readFile(join(folder, 'release/debian/chatmail.sources'), 'utf8');
    expect(`${await inPackage('release')}\n`).toBe(source);
    const manifest = JSON.parse(await readFile(join(folder, 'release/manifest.json'), 'utf8'));
    expect(source).toBe(sourcesFile(manifest.url, manifest.publicKey));
  });

  test.each([
    ['key', ['--url', 'http://192.0.2.1']],
    ['URL', ['--key', 'key.asc']],
  ])('knows of none where the release has no %s', async (what, args) => {
    await release(['--without-images', '-o', `no-${what}`, ...args]);
    expect(await inPackage(`no-${what}`)).toBe('');
  });

  test('is made again by --verify without the secret key', async () => {
    expect(await release(['--verify', 'release'])).toMatchObject({ status: 0 });
  });

  test('in a text has it too', async () => {
    const source = await readFile(join(folder, 'release/debian/chatmail.sources'), 'utf8');
    const { parts, unpacker, digits } = payloadOf(source);
    expect(parts).toContain(`package/usr/share/chatmail/archive.sources\0${source}\0`);
    const program = String(brotliDecompressSync(Buffer.from(unpacker, 'base64')));
    expect(program).toContain(`,SELF,${Buffer.byteLength(parts)})`);
    expect(await readFile(join(folder, 'release/index.html'), 'utf8')).toContain(
      JSON.stringify(digits).replaceAll('<', '\\u003c'),
    );
    expect(readPayload().parts).not.toContain('chatmail/archive.sources\0');
  });
});

test('sha256sum and gpgv agree with the checksums', async () => {
  const cwd = join(folder, 'release');
  await execa('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd });
  const source = await readFile(join(cwd, 'debian/chatmail.sources'), 'utf8');
  const key = source.slice(source.indexOf(' -----BEGIN')).replace(/^ \.?/gm, '');
  await execa('gpg', ['--dearmor', '--output', join(folder, 'key.gpg')], { input: key });
  await execa('gpgv', ['--keyring', join(folder, 'key.gpg'), 'SHA256SUMS.asc', 'SHA256SUMS'], { cwd });
});

test('in another folder, under another umask, it is the same but for the signatures', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'release-again-'));
  const umask = process.umask(0o077);
  try {
    await execa('cp', [join(folder, 'key.asc'), elsewhere]);
    await release(signed('a/b'), elsewhere);
  } finally {
    process.umask(umask);
  }
  const { signal } = new AbortController();
  const digests = await digestsOf(join(elsewhere, 'a/b'), signal);
  expect(digests).toEqual(await digestsOf(join(folder, 'release'), signal));
  expect(digests.size).toBeGreaterThan(15);
  expect((await stat(join(elsewhere, 'a/b/debian/pool'))).mode & 0o777).toBe(0o755);
  await rm(elsewhere, { recursive: true });
});

test('index.html makes texts for these packages', async () => {
  const page = await readFile(join(folder, 'release/index.html'), 'utf8');
  const [, data = ''] = /<script type="application\/json" id="release">(.*?)<\/script>/.exec(page) ?? [];
  const manifest = JSON.parse(await readFile(join(folder, 'release/manifest.json'), 'utf8'));
  expect(JSON.parse(data)).toEqual({
    version: VERSION,
    url: manifest.url,
    packages: manifest.packages,
    payload: { unpacker: expect.any(String), digits: expect.any(String) },
  });
});

test('without a key nothing is signed, and it says so', async () => {
  const { status, stderr } = await release(['--without-images', '-o', 'unsigned']);
  expect([status, stderr]).toEqual([0, expect.stringContaining('nothing is signed')]);
  const names = [...(await digestsOf(join(folder, 'unsigned'), new AbortController().signal)).keys()];
  expect(names).toEqual(
    expect.arrayContaining(['manifest.json', 'sbom.cdx.json', 'schema.json', 'debian/dists/stable/Release']),
  );
  await expect(stat(join(folder, 'unsigned/SHA256SUMS.asc'))).rejects.toThrow('ENOENT');
  await expect(stat(join(folder, 'unsigned/debian/dists/stable/InRelease'))).rejects.toThrow('ENOENT');
});

test('--verify of a URL makes it again without the secret key, and says who signed', async () => {
  const { publicKey } = JSON.parse(await readFile(join(folder, 'release/manifest.json'), 'utf8'));
  await writeFile(join(folder, 'public.asc'), publicKey);
  const same = `${url.slice(0, -1)}: the same, made again from these sources; signed with the`;
  expect(await release(['--verify', url])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`${same} key in its manifest`),
  });
  expect(await release(['--verify', url, '--key', 'public.asc'])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`${same} given key`),
  });
});

test('--verify makes it again, and finds what differs', async () => {
  await release(['--without-images', '-o', 'verified']);
  expect(await release(['--verify', 'verified'])).toMatchObject({ status: 0 });
  await appendFile(join(folder, 'verified/sbom.cdx.json'), ' ');
  expect(await release(['--verify', 'verified'])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('not as SHA256SUMS says: sbom.cdx.json'),
  });
  // Somebody who changes a package changes the checksums along with it.
  const name = `chatmail-relay_${VERSION}_all.deb`;
  await writeFile(join(folder, 'verified', name), 'another');
  const digests = await digestsOf(join(folder, 'verified'), new AbortController().signal);
  await writeFile(
    join(folder, 'verified/SHA256SUMS'),
    [...digests].map(([path, sum]) => `${sum}  ${path}\n`).join(''),
  );
  const { status, stderr } = await release(['--verify', 'verified']);
  expect([status, stderr]).toEqual([1, expect.stringContaining(`these differ: ${name}`)]);
});

test('a folder with other files in it is left alone, and so is the key', async () => {
  await mkdir(join(folder, 'mine'));
  await writeFile(join(folder, 'mine/secret'), 'secret', { mode: 0o600 });
  expect(await release(['--without-images', '-o', 'mine'])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('has other files than those of a release'),
  });
  expect((await stat(join(folder, 'mine/secret'))).mode & 0o777).toBe(0o600);
  expect(await release(['--without-images', '-o', '.', '--key', 'key.asc'])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('the key is in the folder that is to be published'),
  });
  expect((await stat(join(folder, 'key.asc'))).mode & 0o777).toBe(0o600);
});

test.each([
  ['null', 'has no manifest.json of a release'],
  ['{"version": "0.1.0"}', 'has no manifest.json of a release'],
  [
    '{"version": "9.9.9", "sourceDateEpoch": 1, "diskSize": 1, "packages": [], "images": []}',
    'the release has version 9.9.9',
  ],
  ['{"version": "0.1.0", "sourceDateEpoch": 1, "diskSize": 1}', 'has no manifest.json of a release'],
])('--verify does not believe the manifest %s', async (manifest, message) => {
  await mkdir(join(folder, 'hostile'), { recursive: true });
  await writeFile(join(folder, 'hostile/manifest.json'), manifest);
  const { status, stderr } = await release(['--verify', 'hostile']);
  expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
});

test.each(['tomorrow', '4000000000'])(
  'SOURCE_DATE_EPOCH %s is refused before anything is made',
  async (date) => {
    const env = { SOURCE_DATE_EPOCH: date };
    const { status, stderr } = await runRelease(['--without-images', '-o', 'dated'], folder, env);
    expect([status, stderr]).toEqual([1, expect.stringContaining('error: SOURCE_DATE_EPOCH is ')]);
    await expect(stat(join(folder, 'dated'))).rejects.toThrow('ENOENT');
  },
);

test.each([
  [['--key', 'missing.asc'], 'missing.asc cannot be read'],
  [['--url', 'ftp://x'], 'is not the http or https URL of a folder'],
  [['--format', 'floppy'], 'unknown format'],
  [['--verify', '.'], 'manifest.json cannot be read: ENOENT'],
])('%j is refused', async (args, message) => {
  const { status, stderr } = await release(['--without-images', ...args]);
  expect([status > 0, stderr]).toEqual([true, expect.stringContaining(message)]);
});
