import { expect, test } from 'vitest';
import { installCommand, installPackages } from '../../src/requirements/install.ts';

const options = {
  signal: new AbortController().signal,
  isRoot: false,
  withoutServices: false,
};

test('the command is one a person can type', () => {
  expect(installCommand(['fdisk', 'zstd']).join(' ')).toBe(
    'apt-get install --yes --no-install-recommends fdisk zstd',
  );
});

test('who is not root is told what root should run', async () => {
  const said: string[] = [];
  const installing = installPackages(['zstd'], { ...options, say: (line) => said.push(line) });
  await expect(installing).rejects.toMatchObject({
    name: 'Failure',
    message: 'Debian packages are missing: zstd',
    hint: 'run as root: apt-get install --yes --no-install-recommends zstd',
  });
  expect(said).toEqual([]);
});

test('nothing to install needs no root and says nothing', async () => {
  const said: string[] = [];
  await installPackages([], { ...options, say: (line) => said.push(line) });
  expect(said).toEqual([]);
});
