import { join } from 'node:path';
import { run } from '../../src/program/run.ts';
import { editDisk } from '../machine/edit-disk.ts';
import { BARE, BARE_WITH_PACKAGES, buildBare, buildBareWithPackages } from '../machine/stock-tree.ts';

/**
 * `npm run test:complete`: the machine fetches and installs all of Debian's packages, which is most of an hour's work.
 * Without it they are there, and off; containers install them in `test/machine` (stock, packer-provision).
 */
export const IS_COMPLETE = process.env.TEST_COMPLETE === '1';

const SERVERS = ['postfix', 'dovecot', 'nginx', 'opendkim', 'unbound'];

export const buildStockDisk = (): Promise<void> => (IS_COMPLETE ? buildBare() : buildBareWithPackages());

/** A stock Debian's disk, in `folder` if it is only for this test. */
export const stockDisk = async (folder: string): Promise<{ image: string; format: 'qcow2' | 'raw' }> => {
  await buildStockDisk();
  if (IS_COMPLETE) return { image: BARE.qcow2, format: 'qcow2' };
  const image = join(folder, 'stock.raw');
  await run(['cp', '--sparse=always', BARE_WITH_PACKAGES.raw, image]);
  const wants = '/etc/systemd/system/multi-user.target.wants';
  await editDisk(
    image,
    SERVERS.map((name) => `rm ${wants}/${name}.service`),
    folder,
  );
  return { image, format: 'raw' };
};
