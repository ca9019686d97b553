import { StringDecoder } from 'node:string_decoder';
import { failure } from '../terminal/failure.ts';
import { consoleLine } from './console-line.ts';

/** A guest without line ends, or one that never stops talking, costs no more than this. */
const LINE_LIMIT = 4096;
const LINES_KEPT = 5000;

/** What a machine says on its console during one boot, as printable lines; empty ones are left out. */
export class GuestConsole {
  #decoder = new StringDecoder('utf8');
  #rest = '';
  #lines: string[] = [];
  #dropped = 0;
  #listeners = new Set<() => void>();
  #hasEnded = false;

  /** Takes bytes as they come. A lone carriage return ends a line too: what follows would overwrite it. */
  append(bytes: Uint8Array): void {
    const parts = (this.#rest + this.#decoder.write(Buffer.from(bytes))).split(/[\r\n]+/);
    this.#rest = parts.pop() ?? '';
    if (this.#rest.length > LINE_LIMIT) {
      parts.push(this.#rest);
      this.#rest = '';
    }
    this.#add(parts);
  }

  /** The stream has ended: an unfinished line counts, and pending waits are resolved. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#add([this.#rest + this.#decoder.end()]);
    this.#wake();
  }

  /** The lines so far, the oldest beyond a few thousand left out. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  get text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }

  get lastLine(): string {
    return this.#lines.at(-1) ?? '';
  }

  /** Every line of this boot, then every line as it comes, until the console ends or `signal` aborts. */
  async *follow(signal?: AbortSignal): AsyncGenerator<string> {
    for (let next = 0; ; ) {
      signal?.throwIfAborted();
      next = Math.max(next, this.#dropped);
      const line = this.#lines[next - this.#dropped];
      if (line !== undefined) {
        next++;
        yield line;
      } else if (this.#hasEnded) return;
      else await this.#change(signal);
    }
  }

  /** The first line of this boot that matches. Rejects when the console ends without it. */
  async waitFor(pattern: RegExp, signal?: AbortSignal): Promise<RegExpExecArray> {
    for await (const line of this.follow(signal)) {
      const match = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).exec(line);
      if (match) return match;
    }
    throw failure(`the machine's console ended without ${pattern}\n${this.lines.slice(-5).join('\n')}`);
  }

  #add(parts: readonly string[]): void {
    const lines = parts.map((part) => consoleLine(part.slice(0, LINE_LIMIT)).trimEnd()).filter(Boolean);
    if (lines.length === 0) return;
    this.#lines.push(...lines);
    const surplus = Math.max(0, this.#lines.length - LINES_KEPT);
    this.#lines.splice(0, surplus);
    this.#dropped += surplus;
    this.#wake();
  }

  #wake(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#listeners.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.#listeners.add(done);
      signal?.addEventListener('abort', done, { once: true });
    });
  }
}
