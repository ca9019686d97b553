import type { Machine } from '../../src/lab/machine.ts';
import { makeLink } from '../../src/lab/network.ts';
import { bootContainer } from '../../src/lab/nspawn.ts';
import { ownedName } from '../../src/lab/owner.ts';
import { type Archive, openArchive } from './archive.ts';
import type { Relay } from './relay.ts';
import { openRelease, type Release } from './release.ts';
import { stockTree } from './stock-tree.ts';

/** A stock Debian 12 in a container; Debian's archive and our packages are all it reaches. */
export interface StockMachine {
  readonly machine: Machine;
  readonly archive: Archive;
  /** For the suites, once it is one. */
  relay(): Relay;
  remove(): Promise<void>;
}

interface StockOptions {
  /** Closed at first, if false. */
  readonly isArchiveOpen?: boolean;
  /** More files of the machine's. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Boots a stock Debian 12 with user-data, which may fetch our packages. */
export const bootStock = async (
  userData: (release: Release) => string,
  { isArchiveOpen = true, files: more = {} }: StockOptions = {},
): Promise<StockMachine> => {
  const tree = await stockTree();
  const network = await makeLink(ownedName());
  const [, host = ''] = /^Gateway=(.*)$/m.exec(network.networkFile) ?? [];
  const archive = await openArchive(host);
  archive.isOpen = isArchiveOpen;
  const release = await openRelease(host);
  const clean = async () => {
    archive.close();
    await release.close();
    await network.remove();
  };
  try {
    const files = { ...more, '/etc/apt/apt.conf.d/99archive': archive.aptConf };
    const text = Buffer.from(userData(release));
    const machine = await bootContainer({ tree, network, userData: text, files });
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
