import type { Machine } from '../../src/lab/machine.ts';
import { makeLink } from '../../src/lab/network.ts';
import { bootContainer } from '../../src/lab/nspawn.ts';
import { ownedName } from '../../src/lab/owner.ts';
import { type Archive, openArchive } from './archive.ts';
import type { Relay } from './relay.ts';
import { stockTree } from './stock-tree.ts';

/** A stock Debian 12 in a container, and Debian's archive, which is all it reaches. */
export interface StockMachine {
  readonly machine: Machine;
  readonly archive: Archive;
  /** For the suites, once it is one. */
  relay(): Relay;
  remove(): Promise<void>;
}

/** Boots a stock Debian 12 with this user-data. The archive is closed at first if so asked. */
export const bootStock = async (userData: string, isArchiveOpen = true): Promise<StockMachine> => {
  const tree = await stockTree();
  const network = await makeLink(ownedName());
  const [, host = ''] = /^Gateway=(.*)$/m.exec(network.networkFile) ?? [];
  const archive = await openArchive(host);
  archive.isOpen = isArchiveOpen;
  const clean = async () => {
    archive.close();
    await network.remove();
  };
  try {
    const files = { '/etc/apt/apt.conf.d/99archive': archive.aptConf };
    const machine = await bootContainer({ tree, network, userData: Buffer.from(userData), files });
    return {
      machine,
      archive,
      relay: () => {
        const { address, ports, exec = [] } = machine;
        return { state: 'ready', domain: '_relay.test', address, ports, exec };
      },
      remove: async () => {
        await machine.remove();
        await clean();
      },
    };
  } catch (error) {
    await clean();
    throw error;
  }
};
