import type { UefiFiles } from './firmware.ts';
import { CARDS, chipsetOf, driveDevices, type Hardware, VIRTIO } from './hardware.ts';

export type Accelerator = 'tcg' | 'kvm';

/** A TCP port of the guest, and the one on this computer that leads there; 0: any that is free. */
export interface Forward {
  readonly guest: number;
  readonly host: number;
}

/** A service in the guest's network, of which a program here is the server: one run for each connection. */
export interface GuestService {
  /** In 10.0.2.0/24, with a port: `10.0.2.100:3128`. */
  readonly at: string;
  /** A command line, which QEMU takes apart as a shell would. */
  readonly command: string;
}

interface QemuOptions {
  /** The overlay, in qcow2. */
  readonly disk: string;
  /** Folder with a NoCloud seed; with a CD drive for it, an ISO 9660 file. */
  readonly seed?: string | undefined;
  /** A file that is the machine's second disk, /dev/disk/by-id/virtio-volume. */
  readonly volume?: string | undefined;
  /** Absent: virtio. */
  readonly hardware?: Hardware | undefined;
  /** Absent: BIOS. */
  readonly uefi?: UefiFiles | undefined;
  readonly accelerator: Accelerator;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly forwards: readonly Forward[];
  /** What the guest can connect to besides. */
  readonly services?: readonly GuestService[] | undefined;
  /** Socket we listen on for QEMU's control protocol. */
  readonly control: string;
}

/** QEMU takes its block devices as JSON, in which no character of a path means anything. */
const blockdev = (name: string, driver: string, rest: object): string[] => [
  '-blockdev',
  JSON.stringify({ 'node-name': name, driver, ...rest }),
];
const file = (filename: string, rest: object = {}) => ({ driver: 'file', filename, ...rest });

/** This disk is not needed after a crash of this computer, so flushes are ignored. */
const disk = ({ disk: filename }: QemuOptions): string[] => [
  ...blockdev('disk', 'qcow2', {
    discard: 'unmap',
    cache: { 'no-flush': true },
    file: file(filename, { discard: 'unmap', cache: { 'no-flush': true } }),
  }),
];

/** QEMU shows the folder as a FAT disk with the label NoCloud looks for: no program to make one is needed. */
const seedDisk = (seed: string, { seed: drive }: Hardware): string[] =>
  drive === 'cd'
    ? blockdev('seed', 'raw', { file: file(seed), 'read-only': true })
    : blockdev('seed', 'vvfat', { dir: seed, label: 'CIDATA', 'read-only': true });

/** What is on it shall last. */
const volumeDisk = (filename: string): string[] => [
  ...blockdev('volume', 'raw', { file: file(filename) }),
  ...['-device', 'virtio-blk-pci,drive=volume,serial=volume'],
];

const flash = ({ code, variables }: UefiFiles): string[] => [
  ...blockdev('uefi-code', 'raw', { 'read-only': true, file: file(code) }),
  ...blockdev('uefi-variables', 'raw', { file: file(variables) }),
];

/** `restrict`: the guest has no other network access, as in the container. */
const network = ({ forwards, services = [] }: QemuOptions): string =>
  [
    'user,id=net,restrict=on',
    ...forwards.map(({ host, guest }) => `hostfwd=tcp:127.0.0.1:${host}-:${guest}`),
    ...services.map(({ at, command }) => `guestfwd=tcp:${at}-cmd:${command.replaceAll(',', ',,')}`),
  ].join();

const ACCELERATION: Readonly<Record<Accelerator, readonly string[]>> = {
  tcg: ['-accel', 'tcg,thread=multi', '-cpu', 'max'],
  kvm: ['-accel', 'kvm', '-cpu', 'host'],
};

/** The machine, with UEFI from flash memory; with Secure Boot only firmware may write to that. */
const machine = (hardware: Hardware, uefi: UefiFiles | undefined): string[] => {
  const chipset = chipsetOf(hardware);
  if (!uefi) return ['-machine', chipset];
  const type = `${chipset},pflash0=uefi-code,pflash1=uefi-variables`;
  return uefi.isSecure
    ? ['-machine', `${type},smm=on`, '-global', 'driver=cfi.pflash01,property=secure,value=on']
    : ['-machine', type];
};

/** A virtual machine with virtio disk and network if nothing else is asked for, its serial console on standard output; it dies with us. */
export const qemuCommand = (options: QemuOptions): string[] => {
  const { uefi, seed, volume, hardware = VIRTIO, accelerator, cpus, memoryMiB, control } = options;
  return [
    ...['setpriv', '--pdeathsig', 'KILL', '--'],
    ...['qemu-system-x86_64', '-nodefaults', '-no-user-config', '-display', 'none', '-vga', 'std'],
    ...machine(hardware, uefi),
    ...ACCELERATION[accelerator],
    ...['-smp', String(cpus), '-m', String(memoryMiB)],
    ...(uefi ? flash(uefi) : []),
    ...disk(options),
    ...(seed === undefined ? [] : seedDisk(seed, hardware)),
    ...driveDevices(hardware, seed !== undefined),
    ...(volume === undefined ? [] : volumeDisk(volume)),
    ...['-netdev', network(options), '-device', `${CARDS[hardware.card]},netdev=net,romfile=`],
    ...['-device', 'virtio-rng-pci'],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    // A comma in an option's value is doubled (qemu(1)).
    ...['-chardev', `socket,id=control,path=${control.replaceAll(',', ',,')}`],
    ...['-mon', 'chardev=control,mode=control'],
  ];
};

/** What `info usernet` says of where a guest's ports are. */
export const readForwards = (text: string): Forward[] =>
  [...text.matchAll(/TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s+\S+\s+(\d+)/g)].map(
    ([, host, guest]) => ({
      host: Number(host),
      guest: Number(guest),
    }),
  );
