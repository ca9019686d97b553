/** One line of Packer's, read. `time` is in seconds since 1970. */
export type PackerEvent = OutputEvent | ErrorEvent | ArtifactEvent | OtherEvent;

/** What Packer prints for a person. */
export interface OutputEvent {
  /** `say`: what Packer does; `message`: output of a program; `error`: the same on standard error, or failures. */
  readonly type: 'say' | 'message' | 'error';
  readonly time: number;
  /** The build it is about, for example `hcloud.relay`; absent where it is about all. */
  readonly build?: string;
  readonly text: string;
}

/** Why a build failed. */
export interface ErrorEvent {
  readonly type: 'build-error';
  readonly time: number;
  readonly build: string;
  readonly text: string;
}

/** Something that was built. */
export interface ArtifactEvent {
  readonly type: 'artifact';
  readonly time: number;
  readonly build: string;
  readonly builderId: string;
  /** As the cloud calls it, for example `eu-central-1:ami-0123`. */
  readonly id: string;
  readonly description: string;
  /** Local files, where there are any. */
  readonly files: readonly string[];
}

/** A line of a type that is not known here, or of none. */
export interface OtherEvent {
  readonly type: 'other';
  readonly time: number;
  readonly target: string;
  readonly kind: string;
  readonly data: readonly string[];
}

/** Bytes of a line that are read; the rest of a longer one is left out. */
const LONGEST = 64 * 1024;

/** Packer writes both without escaping what looks like them already, so text that does is read as they. */
const unescaped = (field: string): string =>
  field.replaceAll('%!(PACKER_COMMA)', ',').replaceAll('\\n', '\n').replaceAll('\\r', '\r');

/** `==> hcloud.relay: text`, `    hcloud.relay: text`, `--> hcloud.relay: text`. */
const addressed = (text: string): { readonly build?: string; readonly text: string } => {
  const [, build, rest] = /^(?:==>|-->| {3}) ([\w-]+\.[\w.-]+): ?(.*)$/s.exec(text) ?? [];
  return build === undefined ? { text } : { build, text: rest ?? '' };
};

interface Building {
  builderId: string;
  id: string;
  description: string;
  files: string[];
}

const isOutput = (kind: string | undefined): kind is OutputEvent['type'] =>
  kind === 'say' || kind === 'message' || kind === 'error';

/** Reads lines one after the other; an artifact takes several, and is an event at its last. */
export const createEventReader = (): ((line: string) => PackerEvent | undefined) => {
  let artifact: Building | undefined;

  const readArtifact = (
    time: number,
    build: string,
    [, what, ...rest]: readonly string[],
  ): PackerEvent | undefined => {
    artifact ??= { builderId: '', id: '', description: '', files: [] };
    const value = rest[0] ?? '';
    if (what === 'builder-id') artifact.builderId = value;
    else if (what === 'id') artifact.id = value;
    else if (what === 'string') artifact.description = value;
    else if (what === 'file') artifact.files.push(rest[1] ?? '');
    else if (what === 'end') {
      const whole = { type: 'artifact', time, build, ...artifact } as const;
      artifact = undefined;
      return whole;
    }
    return undefined;
  };

  return (line) => {
    const [stamp = '', target = '', kind = '', ...fields] = line.slice(0, LONGEST).split(',');
    const data = fields.map(unescaped);
    const time = Number(stamp) || 0;
    if (!/^\d+$/.test(stamp)) return { type: 'other', time: 0, target: '', kind: '', data: [line] };
    if (kind === 'ui' && isOutput(data[0])) return { type: data[0], time, ...addressed(data[1] ?? '') };
    if (kind === 'error' && target !== '')
      return { type: 'build-error', time, build: target, text: data[0] ?? '' };
    if (kind === 'artifact') return readArtifact(time, target, data);
    return { type: 'other', time, target, kind, data };
  };
};

/** The lines of a stream, without their ends and without what is past the longest. */
async function* linesOf(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = (lines.pop() ?? '').slice(0, LONGEST);
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/**
 * Reads `packer … -machine-readable` while it comes. Any bytes can be read: what is not an event is of type `other`.
 */
export async function* readEvents(
  chunks: AsyncIterable<string | Uint8Array>,
): AsyncGenerator<PackerEvent, void> {
  const read = createEventReader();
  for await (const line of linesOf(chunks)) {
    const event = line === '' ? undefined : read(line);
    if (event) yield event;
  }
}
