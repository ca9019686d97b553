import { createPublicKey } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { bootVirtualMachine, type VirtualMachine } from '../../src/lab/qemu.ts';
import { zoneOf } from '../../src/model/zone.ts';
import { zoneFile } from '../../src/model/zone-text.ts';
import { QCOW2 } from '../machine/images.ts';
import { type Internet, startInternet } from '../machine/internet.ts';
import { withKernelOption } from '../machine/kernel-option.ts';
import { shell } from '../machine/relay.ts';
import { atMost, type Figure, median } from './figures.ts';

const RUNS = 3;
const nameOf = (run: number): string => `b${run}.example`;

/** Nanoseconds of what each boot does, a few times, in a relay whose settings are the same as before. */
const UNCHANGED =
  'for i in 1 2 3 4 5; do s=$(date +%s%N); chatmail configure --boot > /dev/null; e=$(date +%s%N); echo $((e - s)); done';

interface Times {
  readonly ready: number;
  readonly unchanged: number;
}

/** A first boot beside a name server and an authority that answer at once. */
const certifiedBoot = async (internet: Internet, run: number): Promise<Times> => {
  const domain = nameOf(run);
  const begun = performance.now();
  const settings = `mail_domain: ${domain}\nmax_load_1m: 1000\nacme_directory: ${internet.authority.directory}`;
  const member = await internet.boot(11 + run, settings);
  const { machine, address } = member;
  try {
    const key = `${machine.root}/etc/dkimkeys/opendkim.private`;
    while (!existsSync(key)) await pause(20);
    const dkimKey = createPublicKey(readFileSync(key))
      .export({ type: 'spki', format: 'der' })
      .toString('base64');
    await internet.dns.publish(domain, zoneFile(zoneOf({ domain, addresses: { ipv4: address }, dkimKey })));
    await machine.console.waitFor(/chatmail: ready/);
    const ready = (performance.now() - begun) / 1000;
    const nanoseconds = (await shell(member.relay(domain), UNCHANGED)).split('\n').map(Number);
    return { ready, unchanged: median(nanoseconds) / 1e9 };
  } finally {
    await machine.remove();
  }
};

const certified = async (): Promise<Times> => {
  const internet = await startInternet(() => Array.from({ length: RUNS }, (_, run) => nameOf(run)));
  try {
    const times: Times[] = [];
    for (let run = 0; run < RUNS; run++) times.push(await certifiedBoot(internet, run));
    return {
      ready: median(times.map(({ ready }) => ready)),
      unchanged: median(times.map(({ unchanged }) => unchanged)),
    };
  } finally {
    await internet.stop();
  }
};

const UNITS = 'templates/usr/lib/systemd/system';
/** systemd(1): these are as if they were not there. */
const WITHOUT_US = readdirSync(UNITS)
  .filter((name) => /^chatmail-.*\.(service|socket|timer)$/.test(name))
  .map((name) => `systemd.mask=${name}`)
  .join(' ');

const USER_DATA = Buffer.from('#cloud-config\nchatmail:\n  mail_domain: _bench.test\n');

/** Seconds from starting QEMU to what `until` waits for and says when it was, in milliseconds since 1970. */
const emulated = async (
  image: string,
  format: 'qcow2' | 'raw',
  until: (machine: VirtualMachine) => Promise<number>,
): Promise<number> => {
  const begun = Date.now();
  const machine = await bootVirtualMachine({ image, format, userData: USER_DATA });
  try {
    return ((await until(machine)) - begun) / 1000;
  } finally {
    await machine.remove();
  }
};

const ready = async ({ console }: VirtualMachine): Promise<number> => {
  await console.waitFor(/chatmail: ready/);
  return Date.now();
};

/** By the machine's own clock, which is this computer's to the second: its console does not say it. */
const multiUser = async (machine: VirtualMachine): Promise<number> => {
  await machine.console.waitFor(/Cloud-init .* finished/);
  await machine.findWayIn();
  const { exec = [] } = machine;
  const when = 'systemctl show --timestamp=us+utc --value -p ActiveEnterTimestamp multi-user.target';
  const [, date, time] = (await execa(exec[0] ?? '', [...exec.slice(1), ...when.split(' ')])).stdout.split(
    ' ',
  );
  return Date.parse(`${date}T${time}Z`);
};

/** What a first boot takes: with an authority, when nothing has changed, and beside the same disk without us. */
export const bootFigures = async (): Promise<Figure[]> => {
  const times = await certified();
  const folder = await mkdtemp(join(tmpdir(), 'chatmail-bench-'));
  try {
    const without = await withKernelOption(QCOW2, WITHOUT_US, folder);
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let run = 0; run < RUNS; run++) {
      theirs.push(await emulated(without, 'raw', multiUser));
      ours.push(await emulated(QCOW2, 'qcow2', ready));
    }
    const [mine, plain] = [median(ours), median(theirs)];
    const words = `${mine.toFixed(0)} s beside ${plain.toFixed(0)} s to multi-user without us`;
    return [
      atMost(`container: start to ready with DNS and an authority, median of ${RUNS}`, times.ready, 's', 6),
      atMost('chatmail configure at boot, when nothing has changed', times.unchanged, 's', 0.5),
      atMost(`QEMU: start to ready, ${words}`, mine / plain, '×', 1.3),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
};
