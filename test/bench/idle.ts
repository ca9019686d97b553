import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connectIdle } from '../machine/idle-clients.ts';
import { QCOW2 } from '../machine/images.ts';
import { type Relay, shell, startRelay } from '../machine/relay.ts';
import { atMost, type Figure, median } from './figures.ts';

const CLIENTS = 1000;
/** Dovecot lets processes go that had nothing to do for a minute. */
const SETTLED_MS = 70_000;

const USED = "awk '/^MemTotal/ {a=$2} /^MemAvailable/ {print (a-$2)/1024}' /proc/meminfo";
const usedMemory = async (relay: Relay): Promise<number> => Number(await shell(relay, USED));

/** What many idle clients take of a machine with 1 GB and a kernel of its own, and how soon they hear of mail. */
export const idleFigures = async (): Promise<Figure[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'chatmail-bench-'));
  const file = join(folder, 'user-data');
  await writeFile(file, '#cloud-config\nchatmail:\n  mail_domain: _bench.test\n  max_load_1m: 1000\n');
  const machine = ['--backend', 'qemu', '--image', QCOW2, '--disk-size', '4G', '--user-data', file];
  const { relay, stop } = await startRelay(machine);
  try {
    await pause(SETTLED_MS);
    const before = await usedMemory(relay);
    const clients = await connectIdle(relay, CLIENTS);
    await clients.hibernated();
    await pause(SETTLED_MS);
    const more = (await usedMemory(relay)) - before;
    const times = await clients.notify();
    clients.close();
    const what = `${CLIENTS} idle clients under QEMU`;
    return [
      atMost(`${what}: memory`, more, 'MB', 200),
      atMost(`${what}: time to notification of every tenth, median`, median(times), 'ms', 1000),
      atMost(`${what}: the same, slowest`, Math.max(...times), 'ms', 1000),
    ];
  } finally {
    await stop();
    await rm(folder, { recursive: true });
  }
};
