import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { UserDataOptions } from '../../src/cloud-init/options.ts';
import { renderUserData } from '../../src/cloud-init/user-data.ts';

/** Packages that the text fetches. */
const REMOTE: UserDataOptions = {
  sources: ['https://example.org/relay'],
  packages: [{ name: 'chatmail-relay_0.1.0_all.deb', sha256: 'ab'.repeat(32), size: 77_000 }],
};

const HOSTILE = '${path.root} %{ if true } $${x} %%{y} $%{ {{z}}';
const SETTINGS = { mail_domain: '_chat.example.org', privacy_postal: HOSTILE };
const EXTRA = { name: 'extra', text: `#cloud-config\nruncmd:\n  - |\n    echo "\${HOME} %{x"\n    true\n` };

const FORMS: readonly (readonly [string, UserDataOptions])[] = [
  ['for our image', {}],
  ['for our image, with cloud-config merged in', { extra: EXTRA }],
  ['for stock Debian', { base: 'debian' }],
  ['for stock Debian, with cloud-config merged in', { base: 'debian', extra: EXTRA }],
  ['that fetches the package', { base: 'debian', ...REMOTE }],
  ['as a script', { base: 'debian', isScript: true }],
  ['as a script that fetches the package', { base: 'debian', isScript: true, ...REMOTE }],
];

/** What HCL, in which Terraform and Packer are written, makes of a text in a heredoc. */
const throughHeredoc = async (text: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'heredoc-'));
  const template = `locals {\n  text = <<RELAY\n${text}RELAY\n}\n
source "file" "out" {
  content = base64encode(local.text)
  target  = "${folder}/out"
}

build {
  sources = ["source.file.out"]
}
`;
  try {
    await writeFile(join(folder, 'a.pkr.hcl'), template);
    const { exitCode, all } = await execa('packer', ['build', 'a.pkr.hcl'], {
      cwd: folder,
      reject: false,
      all: true,
      stdin: 'ignore',
      env: { CHECKPOINT_DISABLE: '1' },
    });
    expect([exitCode, all]).toEqual([0, expect.any(String)]);
    return Buffer.from(await readFile(join(folder, 'out'), 'utf8'), 'base64').toString();
  } finally {
    await rm(folder, { recursive: true });
  }
};

describe.each(FORMS)('a text %s', (_, options) => {
  const { text, problems } = renderUserData(SETTINGS, options);

  test('holds nothing that a template of Terraform would take for its own', () => {
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(text).not.toMatch(/[$%]\{/);
  });

  test('comes out of a heredoc as it went in', async () => {
    expect(await throughHeredoc(text)).toBe(text);
  });
});

test('what was escaped means what it did', () => {
  const { write_files, runcmd } = parse(renderUserData(SETTINGS, { extra: EXTRA }).text);
  expect(parse(write_files[0].content).privacy_postal).toBe(HOSTILE);
  expect(runcmd).toEqual(['echo "${HOME} %{x"\ntrue\n']);
});
