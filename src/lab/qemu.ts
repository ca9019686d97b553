import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PROGRAM_PATH, run } from '../program/run.ts';
import { failure } from '../terminal/failure.ts';
import { GuestConsole } from './console.ts';
import { endedWithin } from './ended-within.ts';
import { type FirmwareName, type UefiFiles, uefiFiles } from './firmware.ts';
import { type Hardware, VIRTIO } from './hardware.ts';
import { removeLeftovers } from './leftovers.ts';
import { type Machine, type Ports, SERVICE_PORTS, type Service } from './machine.ts';
import { ownedName } from './owner.ts';
import {
  type Accelerator,
  type Forward,
  type GuestService,
  qemuCommand,
  readForwards,
} from './qemu-command.ts';
import { listenForQmp, type Qmp } from './qmp.ts';
import { seedFiles } from './seed.ts';
import { findWayIn, makeSshKey, type SshKey } from './ssh.ts';

interface VirtualMachineOptions {
  /** A disk image; it is not changed. */
  readonly image: string;
  readonly format: 'qcow2' | 'raw';
  /** Absent: no seed, and no way in. */
  readonly userData?: Uint8Array;
  /** What its cloud says of its network, for cloud-init; absent: nothing, and it asks DHCP. */
  readonly networkConfig?: string;
  readonly firmware?: FirmwareName;
  readonly hardware?: Hardware;
  /**
   * `tcg`, emulation, works everywhere. `kvm` is much faster where it works; that cannot be told beforehand:
   * there are computers whose /dev/kvm opens, and whose guests then die or hang.
   */
  readonly accelerator?: Accelerator;
  /** Bytes of the disk, at least the image's own; absent: as the image has it. */
  readonly diskSize?: number;
  /** A raw file to give it as a second disk, which is written to. */
  readonly volume?: string;
  readonly memoryMiB?: number;
  readonly cpus?: number;
  /** What it can connect to; nothing, by default. */
  readonly services?: readonly GuestService[];
  /** Ends the preparation; not the machine afterwards. */
  readonly signal?: AbortSignal;
}

const SSH_PORT = 22;
/** An emulated machine takes its time to stop a dozen services. */
const POWER_OFF_MS = 180_000;

interface Parts {
  readonly folder: string;
  readonly disk: string;
  readonly seed: string | undefined;
  readonly uefi: UefiFiles | undefined;
  readonly key: SshKey | undefined;
}

export class VirtualMachine implements Machine {
  readonly backend = 'qemu';
  readonly address = '127.0.0.1';
  readonly root = undefined;
  console = new GuestConsole();
  ended: Promise<void> = Promise.resolve();
  exec: readonly string[] | undefined;
  #options: VirtualMachineOptions;
  #parts: Parts;
  #qemu: ChildProcess | undefined;
  #qmp: Qmp | undefined;
  #forwards: readonly Forward[];

  constructor(options: VirtualMachineOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    const guests = [...Object.values(SERVICE_PORTS), ...(parts.key ? [SSH_PORT] : [])];
    this.#forwards = guests.map((guest) => ({ guest, host: 0 }));
  }

  get ports(): Ports {
    const entries = (Object.keys(SERVICE_PORTS) as Service[]).map((name) => [
      name,
      this.#port(SERVICE_PORTS[name]),
    ]);
    return Object.fromEntries(entries) as Ports;
  }

  async boot(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { folder, disk, seed, uefi } = this.#parts;
    const {
      accelerator = 'tcg',
      memoryMiB = 1024,
      volume,
      cpus = Math.min(2, availableParallelism()),
    } = this.#options;
    const control = join(folder, 'control');
    await rm(control, { force: true });
    const { connected, close } = await listenForQmp(control);
    const forwards = this.#forwards;
    const { services, hardware } = this.#options;
    const about = { disk, seed, volume, hardware, uefi, accelerator, cpus, memoryMiB, forwards, services };
    this.#start(qemuCommand({ ...about, control }));
    try {
      this.#qmp = await Promise.race([connected, this.ended.then(() => undefined)]);
      // The same ports again at the next boot, so that printed addresses stay valid.
      if (this.#qmp) this.#forwards = readForwards(await this.#qmp.monitor('info usernet'));
    } catch {
      this.#qmp = undefined;
      await this.kill(); // its last words are on the console
    }
    close();
    if (!this.#qmp) throw failure(`QEMU did not start\n${this.console.lines.slice(-8).join('\n')}`);
    signal?.throwIfAborted();
  }

  /**
   * Looks for a way in by SSH, with the key that only the machine's metadata holds, and sets `exec`. Once the
   * machine is up: nothing answers before.
   */
  async findWayIn(signal?: AbortSignal): Promise<void> {
    const { key } = this.#parts;
    this.exec = key && (await findWayIn(key, this.#port(SSH_PORT), { signal }));
  }

  async stop(): Promise<void> {
    await this.#qmp?.execute('system_powerdown').catch(() => undefined);
    if (!(await endedWithin(this.ended, POWER_OFF_MS))) await this.kill();
  }

  async kill(): Promise<void> {
    this.#qemu?.kill('SIGKILL');
    await this.ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#parts.folder, { recursive: true, force: true });
  }

  #port(guest: number): number {
    return this.#forwards.find((forward) => forward.guest === guest)?.host ?? 0;
  }

  #start(argv: readonly string[]): void {
    const console = new GuestConsole();
    // A group of its own, so that Ctrl-C reaches us and not the machine.
    const qemu = spawn(argv[0] ?? '', argv.slice(1), {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: PROGRAM_PATH },
    });
    qemu.stdout.on('data', (bytes: Buffer) => console.append(bytes));
    qemu.stderr.on('data', (bytes: Buffer) => console.append(bytes));
    this.console = console;
    this.#qemu = qemu;
    this.ended = new Promise<void>((resolve) => {
      qemu
        .once('error', (error) => console.append(Buffer.from(`${error.message}\n`)))
        .once('close', () => resolve());
    }).then(() => console.end());
  }
}

const makeOverlay = async (folder: string, options: VirtualMachineOptions): Promise<string> => {
  const disk = join(folder, 'disk.qcow2');
  const { image, format, diskSize, signal } = options;
  const info = await run(['qemu-img', 'info', '--output=json', '-f', format, image], { signal });
  const own = (JSON.parse(info) as { 'virtual-size': number })['virtual-size'];
  if (diskSize !== undefined && diskSize < own) {
    throw failure(`the disk cannot be smaller than the image's ${own} bytes`);
  }
  const size = diskSize === undefined ? [] : [String(diskSize)];
  // The disk's own folder is where a relative name would be looked for.
  const backing = ['-b', resolve(image), '-F', format];
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', ...backing, disk, ...size], { signal });
  return disk;
};

const makeSeed = async (
  folder: string,
  instance: string,
  { userData, networkConfig, hardware = VIRTIO }: VirtualMachineOptions & { readonly userData: Uint8Array },
  key: SshKey,
): Promise<string> => {
  const seed = join(folder, 'seed');
  await mkdir(seed);
  const files = seedFiles({ instance, userData, networkConfig, publicKeys: [key.publicKey] });
  for (const [name, content] of Object.entries(files)) await writeFile(join(seed, name), content);
  if (hardware.seed !== 'cd') return seed;
  const iso = join(folder, 'seed.iso');
  await run(['genisoimage', '-quiet', '-joliet', '-rock', '-volid', 'cidata', '-output', iso, seed]);
  return iso;
};

/** Boots a disk image in QEMU, on a disk of its own that begins as the image. Needs no root. */
export const bootVirtualMachine = async (options: VirtualMachineOptions): Promise<VirtualMachine> => {
  const { userData, firmware = 'bios', signal } = options;
  await removeLeftovers();
  const name = ownedName();
  const folder = join(tmpdir(), name);
  await mkdir(folder, { mode: 0o700 });
  let machine: VirtualMachine | undefined;
  try {
    const disk = await makeOverlay(folder, options);
    const key = userData && (await makeSshKey(folder));
    const seed = userData && key && (await makeSeed(folder, name, { ...options, userData }, key));
    const uefi = firmware === 'bios' ? undefined : await uefiFiles(folder, firmware === 'secure-boot');
    machine = new VirtualMachine(options, { folder, disk, seed, uefi, key });
    await machine.boot(signal);
    return machine;
  } catch (error) {
    await machine?.remove();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
};
