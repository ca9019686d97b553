import { resolve } from 'node:path';
import { parseSize } from '../config/size.ts';
import { type Backend, backendOf, chooseImage, type Image } from '../lab/choose-image.ts';
import { FIRMWARES, type FirmwareName } from '../lab/firmware.ts';
import { findInotifyHint } from '../lab/inotify.ts';
import type { Machine } from '../lab/machine.ts';
import { machineJson, machineText } from '../lab/machine-report.ts';
import { bootContainer } from '../lab/nspawn.ts';
import { bootVirtualMachine } from '../lab/qemu.ts';
import type { Accelerator } from '../lab/qemu-command.ts';
import { readAnnouncement } from '../lab/readiness.ts';
import { cachedTree, treeCache } from '../lab/tree-cache.ts';
import { remarksOnUserData } from '../lab/user-data.ts';
import { type Usable, usableRelay } from '../lab/verdict.ts';
import { installCommand } from '../requirements/install.ts';
import { findMissing, packagesOf } from '../requirements/missing.ts';
import { type Failure, failure } from '../terminal/failure.ts';
import { createProgress, type Progress, type Step } from '../terminal/progress.ts';
import { readInput } from '../terminal/read-input.ts';
import { type Context, defineCommand, type Options, type Values } from './command.ts';

const OPTIONS = {
  image: { type: 'string', value: 'FILE', help: 'image to boot, by default the newest in dist' },
  'user-data': { type: 'string', value: 'FILE', help: 'user-data for the machine, none by default' },
  backend: { type: 'string', value: 'nspawn|qemu', help: 'as a container (a tar) or in QEMU (a disk)' },
  firmware: { type: 'string', value: FIRMWARES.join('|'), help: 'firmware in QEMU, bios by default' },
  accel: { type: 'string', value: 'tcg|kvm', help: 'how QEMU runs it: tcg (default) works everywhere' },
  memory: { type: 'string', value: 'SIZE', help: 'memory in QEMU, 1G by default' },
  'disk-size': { type: 'string', value: 'SIZE', help: "disk in QEMU, by default the image's own" },
  volume: {
    type: 'string',
    value: 'FILE',
    help: 'raw file to attach as a second, writable disk in QEMU',
  },
  timeout: { type: 'string', value: 'SECONDS', help: 'how long to wait, by default 60, in QEMU 600' },
  keep: { type: 'boolean', help: 'keep the machine running if its relay does not start' },
  verbose: { type: 'boolean', help: "show the machine's console live" },
  json: { type: 'boolean', help: 'print its addresses as one line of JSON' },
} as const satisfies Options;

const QEMU_ONLY = ['firmware', 'accel', 'memory', 'disk-size', 'volume'] as const;
const CHOICES = { backend: ['nspawn', 'qemu'], firmware: FIRMWARES, accel: ['tcg', 'kvm'] } as const;
const TIMEOUT_S: Readonly<Record<Backend, number>> = { nspawn: 60, qemu: 600 };
const MiB = 1024 * 1024;

type TryValues = Values<typeof OPTIONS>;

/** What is wrong with the options by themselves; undefined: nothing. */
export const wrongOption = (values: TryValues): string | undefined => {
  for (const [name, allowed] of Object.entries(CHOICES)) {
    const value = values[name as keyof typeof CHOICES];
    if (value !== undefined && !(allowed as readonly string[]).includes(value)) {
      return `--${name} must be ${allowed.join(' or ')}, not \`${value}\``;
    }
  }
  for (const name of ['memory', 'disk-size'] as const) {
    const value = values[name];
    if (value !== undefined && (parseSize(value) ?? 0) < MiB)
      return `--${name} must be a size like 1G, not \`${value}\``;
  }
  const { timeout } = values;
  if (timeout !== undefined && !/^[1-9]\d{0,5}$/.test(timeout))
    return `--timeout must be a number of seconds, not \`${timeout}\``;
  const idle = values.backend === 'nspawn' && QEMU_ONLY.find((name) => values[name] !== undefined);
  return idle ? `--${idle} is for --backend qemu` : undefined;
};

/** Reads the user-data and tells what is unwise about it. Rejects where cloud-init would ignore it. */
const readUserData = async (file: string, { cwd, stderr, signal }: Context): Promise<Uint8Array> => {
  const bytes = await readInput(resolve(cwd, file), { name: file, signal });
  for (const { severity, message, hint } of remarksOnUserData(bytes)) {
    if (severity === 'error') throw failure(`${file}: ${message}`, hint === undefined ? {} : { hint });
    stderr.write(`warning: ${file}: ${message}\n`);
  }
  return bytes;
};

/** Rejects unless this computer can do it; names everything that is missing. */
const checkRequirements = async (backend: Backend, env: Context['env']): Promise<void> => {
  const lacking = await findMissing([`try-${backend}`], env.PATH);
  if (lacking.length > 0) {
    const hint = `run as root: ${installCommand(packagesOf(lacking)).join(' ')}`;
    throw failure(`missing on this computer: ${lacking.map(({ what }) => what).join(', ')}`, { hint });
  }
  if (backend === 'nspawn' && process.geteuid?.() !== 0) {
    throw failure('only root can start a container', {
      hint: 'use sudo, or --backend qemu and a disk image',
    });
  }
};

interface Trial {
  readonly image: Image;
  readonly userData: Uint8Array | undefined;
  readonly values: TryValues;
}

/** Its own hint, else the other. */
const hintFor = (other: string | undefined, { hint = other }: Failure): { hint?: string } =>
  hint === undefined ? {} : { hint };

const bootInContainer = async ({ image, userData }: Trial, { env, signal }: Context): Promise<Machine> => {
  const tree =
    image.kind === 'folder' ? image.path : await cachedTree(image.path, { cache: treeCache(env), signal });
  return bootContainer({ tree, signal, ...(userData && { userData }) }).catch(async (error: Failure) => {
    if (error.name !== 'Failure') throw error;
    throw failure(error.message, { cause: error, ...hintFor(await findInotifyHint(), error) });
  });
};

const bootInQemu = ({ image, userData, values }: Trial, { cwd, signal }: Context): Promise<Machine> => {
  const { memory, 'disk-size': diskSize } = values;
  return bootVirtualMachine({
    image: image.path,
    format: image.kind === 'raw' ? 'raw' : 'qcow2',
    firmware: (values.firmware ?? 'bios') as FirmwareName,
    accelerator: (values.accel ?? 'tcg') as Accelerator,
    ...(memory !== undefined && { memoryMiB: Math.floor((parseSize(memory) ?? 0) / MiB) }),
    ...(diskSize !== undefined && { diskSize: parseSize(diskSize) ?? 0 }),
    ...(values.volume !== undefined && { volume: resolve(cwd, values.volume) }),
    ...(userData && { userData }),
    signal,
  });
};

const BOOT = { nspawn: bootInContainer, qemu: bootInQemu } as const;

/** A log without a terminal shall not look dead. */
const REMINDER_MS = 30_000;

/** Shows what goes on while a machine boots; returns how to end it. */
const showConsole = ({ console }: Machine, progress: Progress, step: Step, isLive: boolean): (() => void) => {
  const timer = isLive
    ? setInterval(() => step.update(undefined, console.lastLine), 200)
    : setInterval(() => progress.note(`still waiting; its last line: ${console.lastLine}`), REMINDER_MS);
  return () => clearInterval(timer);
};

const waitUntilUsable = (machine: Machine, seconds: number, context: Context, progress: Progress) =>
  progress.step('wait', async (step): Promise<Usable> => {
    const hide = showConsole(machine, progress, step, context.stderr.isTTY === true);
    try {
      const relay = await usableRelay(machine, seconds, context.signal);
      await machine.findWayIn?.(context.signal);
      step.update(undefined, relay.state);
      return relay;
    } finally {
      hide();
    }
  });

const aborted = (signal: AbortSignal): Promise<'aborted'> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve('aborted');
    signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });

/** Passes on what the machine says, or of that only the relay's own news, until it ends or `signal` aborts. */
const passOn = async (machine: Machine, { stderr, signal }: Context, isWhole: boolean): Promise<void> => {
  let last: string | undefined;
  for await (const line of machine.console.follow(signal)) {
    const news = readAnnouncement(line) && line;
    if (isWhole || (news && last && news !== last)) stderr.write(`${line}\n`);
    last = news ?? last;
  }
};

/** Stays until interrupted. Returns 1 if the machine ends by itself before. */
const stay = async (machine: Machine, context: Context): Promise<0 | 1> => {
  const end = await Promise.race([aborted(context.signal), machine.ended]);
  return end === 'aborted' ? 0 : context.fail('the machine shut down or crashed');
};

/** Tells what went wrong; with `--keep` leaves the machine running for a look. */
const giveUp = async (error: unknown, machine: Machine, context: Context, values: TryValues): Promise<1> => {
  const { name, message } = error as Failure;
  if (name !== 'Failure') throw error;
  const { hint } = hintFor(
    machine.backend === 'nspawn' ? await findInotifyHint() : undefined,
    error as Failure,
  );
  if (values.json) context.stdout.write(`${JSON.stringify({ state: 'error', problem: message })}\n`);
  context.fail(message, hint);
  if (values.keep) {
    const exec = machine.exec ? `: ${machine.exec.join(' ')} bash` : '';
    context.stderr.write(`the machine keeps running until Ctrl-C${exec}\n`);
    await stay(machine, context);
  }
  return 1;
};

export const command = defineCommand({
  name: 'try',
  summary: 'boot an image on this computer and print its addresses',
  description: [
    'Runs until interrupted, then removes everything it created; the image is not changed. The machine',
    'has no network access beyond this computer. --accel kvm is much faster on most computers with',
    '/dev/kvm. It is not the default because guests hang where virtualisation is broken or nested.',
  ].join('\n'),
  options: OPTIONS,
  async run(context, { values }) {
    const wrong = wrongOption(values);
    if (wrong !== undefined) return context.usage(wrong);

    const file = values['user-data'];
    const userData = file === undefined ? undefined : await readUserData(file, context);
    const image = await chooseImage({
      image: values.image && resolve(context.cwd, values.image),
      backend: values.backend as Backend | undefined,
      folder: resolve(context.cwd, 'dist'),
      isRoot: process.geteuid?.() === 0,
      program: context.program,
    });
    const backend = backendOf(image);
    const wrongHere = wrongOption({ ...values, backend });
    if (wrongHere !== undefined) return context.usage(wrongHere);
    await checkRequirements(backend, context.env);

    const isVerbose = values.verbose === true;
    // A moving line and a console's lines do not go together.
    const stderr = isVerbose ? { write: (text: string) => context.stderr.write(text) } : context.stderr;
    const progress = createProgress({ output: stderr, env: context.env });
    const machine = await progress.step('boot', (step) => {
      step.update(undefined, image.path);
      return BOOT[backend]({ image, userData, values }, context);
    });
    passOn(machine, context, isVerbose).catch(() => undefined); // interrupted
    try {
      const seconds = Number(values.timeout ?? TIMEOUT_S[backend]);
      const relay = await waitUntilUsable(machine, seconds, { ...context, stderr }, progress);
      context.stdout.write(values.json ? machineJson(machine, relay) : machineText(machine, relay));
      return await stay(machine, context);
    } catch (error) {
      context.signal.throwIfAborted();
      return await giveUp(error, machine, context, values);
    } finally {
      await machine.remove();
    }
  },
});
