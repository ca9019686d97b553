import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { TarError } from './tar-entries.ts';

/** The program that unpacks, by the first bytes (gzip: RFC 1952 §2.3.1, zstd: RFC 8878 §3.1.1, xz: its §2.1.1.1). */
export const unpacking = (start: Buffer): string | undefined => {
  const is = (...bytes: number[]) => bytes.every((byte, i) => start[i] === byte);
  if (is(0x1f, 0x8b)) return 'gzip';
  if (is(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  return is(0xfd, 0x37, 0x7a) ? 'xz' : undefined;
};

/** Compressed input is not trusted either: the program that unpacks it runs as nobody, with limited memory. */
const NOBODY = ['--reuid=nobody', '--regid=nogroup', '--clear-groups', '--no-new-privs'];

async function* unpacked(program: string, input: Readable): AsyncGenerator<Buffer> {
  const limited = ['prlimit', '--as=1073741824', program, '--decompress', '--stdout'];
  const child = spawn('setpriv', [...NOBODY, ...limited], { stdio: ['pipe', 'pipe', 'ignore'] });
  const exit = once(child, 'exit');
  input.pipe(child.stdin).on('error', () => {}); // its exit status tells
  input.once('error', (error) => child.stdout.destroy(error));
  try {
    yield* child.stdout;
    const [code] = await exit;
    if (code !== 0) throw new TarError(`${program} cannot read it`);
  } finally {
    child.kill();
  }
}

/** The tar on an input, whatever it is compressed with. */
export const tarIn = async (input: Readable): Promise<AsyncIterable<Buffer>> => {
  await Promise.race([once(input, 'readable'), once(input, 'end')]);
  const start: Buffer = input.read() ?? Buffer.alloc(0);
  if (start.length > 0) input.unshift(start);
  const program = unpacking(start);
  return program === undefined ? input : unpacked(program, input);
};
