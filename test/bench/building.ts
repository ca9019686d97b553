import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { atMost, type Figure } from './figures.ts';

interface Manifest {
  readonly inputs: { readonly suite: string };
  readonly packages: readonly { readonly name: string }[];
}

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};

const build = (folder: string, ...options: string[]) =>
  execa('node', ['lib/cli.js', 'build', '--output', folder, ...options], { stderr: 'inherit' });

/** The image's size, and the time of a cold and of an unchanged build beside plain mmdebstrap. */
export const buildFigures = async (): Promise<Figure[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'chatmail-bench-'));
  try {
    const cold = await seconds(() => build(folder, '--refresh'));
    const unchanged = await seconds(() => build(folder));
    const { inputs, packages } = JSON.parse(
      await readFile(join(folder, 'manifest.json'), 'utf8'),
    ) as Manifest;
    const names = packages.map(({ name }) => name).filter((name) => name !== 'chatmail-relay');
    const plain = await seconds(() =>
      execa('mmdebstrap', [
        '--variant=minbase',
        `--include=${names.join()}`,
        inputs.suite,
        join(folder, 'plain.tar'),
      ]),
    );
    const { size } = await stat(join(folder, 'chatmail-relay.qcow2'));
    return [
      atMost('image, qcow2', size / 1e6, 'MB', 300),
      atMost(
        `cold build (${cold.toFixed(0)} s) beside plain mmdebstrap (${plain.toFixed(0)} s)`,
        cold / plain,
        '×',
        1.3,
      ),
      atMost('unchanged rebuild', unchanged, 's', 15),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
