import type { Compression, Format } from './formats.ts';
import type { Kernel } from './packages.ts';

/** What is asked of a build. Paths are absolute. */
export interface BuildRequest {
  /** The relay's Debian packages; absent: the image is a bare Debian, with nothing of the relay in it. */
  readonly packages?: { readonly relay: string; readonly extras: string };
  readonly formats: readonly Format[];
  /** Folder for the results. */
  readonly output: string;
  /** What the files are called: `<name>.qcow2`. */
  readonly name: string;
  /** Bytes of the disk as the machine sees it; a multiple of a MiB. */
  readonly diskSize: number;
  readonly compression: Compression;
  /** Text of `/etc/chatmail/chatmail.yaml`, checked; absent: the image has no settings. */
  readonly settings?: string;
  readonly kernel: Kernel;
  /** Programs to put into the tree besides the package: where there, and what file here. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Packages of Debian to put in besides. */
  readonly include?: readonly string[];
  /** Folder where the base system is kept between builds. */
  readonly cache: string;
  /** Rebuild the base system, although a recent one is cached. */
  readonly refresh: boolean;
  /** Build although what is there was made of the same. */
  readonly force: boolean;
  /** `SOURCE_DATE_EPOCH` (reproducible-builds.org), in seconds. */
  readonly sourceDateEpoch?: number;
}
