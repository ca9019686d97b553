import { PORTS, type Port, type PortName } from '../model/ports.ts';
import type { GuestConsole } from './console.ts';

/** The ports of a relay by the names of RFC 6335's registry, as people and programs know them. */
export const SERVICE_PORTS = Object.fromEntries(
  Object.entries<Port>(PORTS).flatMap(([name, { port, isOptional }]) => (isOptional ? [] : [[name, port]])),
) as Readonly<Record<Service, number>>;

/** Those that every relay has. */
export type Service = Exclude<PortName, 'turn'>;
export type Ports = Readonly<Record<Service, number>>;

/** A machine on this computer. Its disk lives until `remove`, through any number of boots. */
export interface Machine {
  readonly backend: 'nspawn' | 'qemu';
  /** Where to connect to from this computer. */
  readonly address: string;
  /** At which port of `address` each service answers. */
  readonly ports: Ports;
  /** An argument vector; with a command appended it runs that as root inside. Absent: no way in. */
  readonly exec: readonly string[] | undefined;
  /** The console of the current boot, or of the last one. */
  readonly console: GuestConsole;
  /** The machine's files as seen from here; only where the disk is a directory. */
  readonly root: string | undefined;
  /** Resolves when the current boot is over, however it came about. */
  readonly ended: Promise<void>;
  /** Starts it again on the same disk after `stop`, `kill` or its own end. */
  boot(signal?: AbortSignal): Promise<void>;
  /** Looks for a way into a machine that is up, and sets `exec`. Absent where there is one from the start. */
  findWayIn?(signal?: AbortSignal): Promise<void>;
  /** Shuts it down in order; a machine that does not obey in time is killed. */
  stop(): Promise<void>;
  /** Cuts its power. */
  kill(): Promise<void>;
  /** Cuts its power and removes everything that was made for it. Can be called twice. */
  remove(): Promise<void>;
}
