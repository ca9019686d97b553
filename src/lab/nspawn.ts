import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM_PATH } from '../program/run.ts';
import { failure } from '../terminal/failure.ts';
import { makeCgroups, removeCgroup } from './cgroup.ts';
import { GuestConsole } from './console.ts';
import { endedWithin } from './ended-within.ts';
import { removeLeftovers } from './leftovers.ts';
import { type Machine, SERVICE_PORTS } from './machine.ts';
import { makeLink, type Network } from './network.ts';
import { enterCommand, NSPAWN_ENVIRONMENT, nspawnCommand } from './nspawn-command.ts';
import { mountOverlay, unmountOverlay } from './overlay.ts';
import { ownedName } from './owner.ts';
import { placeFile } from './place-file.ts';

import { NETWORK_KEPT, SEED_FOLDER, seedFiles } from './seed.ts';

interface ContainerOptions {
  /** A Debian tree; it is not changed. */
  readonly tree: string;
  /** Absent: no datasource at all, as on a computer under a desk. */
  readonly userData?: Uint8Array;
  /** More files to put in place before the first boot, by their path in the machine. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** A network created, and later removed, by the caller. Default: a link to this computer alone. */
  readonly network?: Network;
  /** Ends the preparation and the first boot; not the machine afterwards. */
  readonly signal?: AbortSignal;
}

/** systemd(1): SIGRTMIN+4 powers off. glibc's SIGRTMIN is 34. */
const POWER_OFF = 34 + 4;
const POWER_OFF_MS = 30_000;

/** The banner, or what an image prints that does not want the banner. */
const FIRST_WORDS = /^systemd \d.* running in system mode|^Welcome to|Reached target|chatmail: | login:/;

class Container implements Machine {
  readonly backend = 'nspawn';
  readonly ports = SERVICE_PORTS;
  readonly root: string;
  readonly address: string;
  console = new GuestConsole();
  ended = Promise.resolve();
  #name: string;
  #network: Network;
  #nspawn: ChildProcess | undefined;
  #undo: (() => Promise<unknown>)[];

  constructor(name: string, root: string, network: Network, undo: (() => Promise<unknown>)[]) {
    this.#name = name;
    this.root = root;
    this.#network = network;
    this.address = network.address;
    this.#undo = undo;
  }

  /** The container's first process, the only child of systemd-nspawn. Another one after a reboot inside. */
  get #leader(): number | undefined {
    const pid = this.#nspawn?.pid;
    if (pid === undefined || this.#nspawn?.exitCode !== null || this.#nspawn.signalCode !== null)
      return undefined;
    return Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1'), 10) || undefined;
  }

  get exec(): readonly string[] | undefined {
    const leader = this.#leader;
    return leader === undefined ? undefined : enterCommand(leader);
  }

  async boot(signal?: AbortSignal): Promise<void> {
    const cgroups = await makeCgroups(this.#name);
    signal?.throwIfAborted();
    const { root } = this;
    const argv = nspawnCommand({ name: this.#name, root, namespace: this.#network.namespace, cgroups });
    const console = new GuestConsole();
    // A group of its own, so that Ctrl-C reaches us and not the container.
    const nspawn = spawn(argv[0] ?? '', argv.slice(1), {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...NSPAWN_ENVIRONMENT, PATH: PROGRAM_PATH },
    });
    nspawn.stdout.on('data', (bytes: Buffer) => console.append(bytes));
    nspawn.stderr.on('data', (bytes: Buffer) => console.append(bytes));
    this.console = console;
    this.#nspawn = nspawn;
    this.ended = new Promise<void>((resolve) => {
      nspawn
        .once('error', (error) => console.append(Buffer.from(`${error.message}\n`)))
        .once('close', resolve);
    }).then(async () => {
      console.end();
      for (const cgroup of cgroups) await removeCgroup(cgroup).catch(() => undefined);
    });
    // The first words come from systemd inside: from now on it can be entered.
    await console.waitFor(FIRST_WORDS, signal);
  }

  async stop(): Promise<void> {
    this.#signal(POWER_OFF);
    if (!(await endedWithin(this.ended, POWER_OFF_MS))) await this.kill();
  }

  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    for (const undo of this.#undo.splice(0).reverse()) await undo();
  }

  #signal(signal: NodeJS.Signals | number): void {
    try {
      const pid = this.#leader ?? this.#nspawn?.pid;
      if (pid !== undefined) process.kill(pid, signal);
    } catch {
      // it ended by itself
    }
  }
}

/** Puts what is known of the machine into its tree before it boots. */
const furnish = async (
  root: string,
  name: string,
  network: Network,
  options: ContainerOptions,
): Promise<void> => {
  await placeFile(root, '/etc/systemd/network/05-lab.network', network.networkFile);
  // An image's fstab is about its disk: remounting / with a disk's options would fail here.
  await placeFile(root, '/etc/fstab', '');
  const { userData, files = {} } = options;
  const seed = userData ? seedFiles({ instance: name, userData, networkConfig: NETWORK_KEPT }) : {};
  for (const [file, content] of Object.entries(seed))
    await placeFile(root, `${SEED_FOLDER}/${file}`, content);
  for (const [path, content] of Object.entries(files)) await placeFile(root, path, content);
};

/**
 * Boots a Debian tree as a systemd container in a network namespace of its own. Works with cgroup v1, hybrid
 * and v2, and needs no systemd on this computer; needs root. Rejects, with everything removed again, when it
 * does not come as far as its systemd's first words.
 */
export const bootContainer = async (options: ContainerOptions): Promise<Machine> => {
  const { tree, signal } = options;
  if (process.getuid?.() !== 0)
    throw failure('a container needs root', { hint: 'use sudo, or --backend qemu' });
  await removeLeftovers();
  signal?.throwIfAborted();
  const name = ownedName();
  const folder = join(tmpdir(), name);
  const undo = [() => rm(folder, { recursive: true, force: true })];
  let machine: Machine | undefined;
  try {
    await mkdir(folder, { mode: 0o700 });
    undo.push(() => unmountOverlay(folder));
    const root = await mountOverlay(tree, folder);
    const network = options.network ?? (await makeLink(name));
    if (!options.network) undo.push(() => network.remove());
    await furnish(root, name, network, options);
    machine = new Container(name, root, network, undo);
    await machine.boot(signal);
    return machine;
  } catch (error) {
    await machine?.remove();
    for (const step of undo.splice(0).reverse()) await step();
    throw error;
  }
};
