import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { bootContainer } from '../../src/lab/nspawn.ts';
import { relayOutcome } from '../../src/lab/readiness.ts';
import { cachedTree } from '../../src/lab/tree-cache.ts';
import { TAR } from '../machine/images.ts';
import { longestSilence, whileMailFlows } from '../machine/mail-flow.ts';
import { type Relay, shell } from '../machine/relay.ts';
import { repackage } from '../machine/repackage.ts';
import { atMost, type Figure } from './figures.ts';

const USER_DATA =
  '#cloud-config\nchatmail:\n  mail_domain: _bench.test\n  max_load_1m: 1000\n  max_user_send_per_minute: 100000\n  max_user_send_burst_size: 1000\n';

const seconds = (milliseconds: number): number => milliseconds / 1000;

/** What clients notice of an update, from before dpkg begins to the end of the trial. */
export const updateFigures = async (): Promise<Figure[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'chatmail-bench-'));
  const machine = await bootContainer({ tree: await cachedTree(TAR), userData: Buffer.from(USER_DATA) });
  try {
    if ((await relayOutcome(machine.console))?.state !== 'ready') throw new Error('the relay is not ready');
    const { address, ports, exec = [] } = machine;
    const relay: Relay = { state: 'ready', domain: '_bench.test', address, ports, exec };
    for (const file of await repackage(folder, { version: '99' }))
      await cp(file, join(machine.root ?? '', 'root', basename(file)));
    let took = 0;
    const flow = await whileMailFlows(relay, async () => {
      const begun = performance.now();
      await shell(
        relay,
        'dpkg --install /root/*.deb; while [ -e /var/lib/chatmail/trial ]; do sleep 0.1; done',
      );
      took = performance.now() - begun;
    });
    const told = `update: ${flow.accepted.length} messages, ${flow.heard} told to a client in IDLE, ${flow.refused.length} refusals`;
    return [
      atMost(`${told}; longest silence of port 25`, seconds(longestSilence(flow)), 's', 5),
      atMost('update: from the start of dpkg to the end of the trial', seconds(took), 's', 60),
    ];
  } finally {
    await machine.remove();
    await rm(folder, { recursive: true });
  }
};
