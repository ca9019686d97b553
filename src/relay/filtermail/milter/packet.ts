/**
 * The packets of the milter protocol, version 6: a length (32 bits, of what follows), a command letter, data.
 * Sendmail has no specification; the reference is its libmilter, and Postfix's `milter8.c`.
 */
export interface Packet {
  readonly command: string;
  /** Valid until the next packet is read: the buffer is used again. */
  readonly data: Buffer;
}

/** A peer that does not speak the protocol. Its connection is closed, and Postfix sees to the message. */
export class MilterProtocolError extends Error {
  override name = 'MilterProtocolError';
}

/** Postfix sends at most 64 KiB of body, and a header of up to `header_size_limit`, 100 kB. */
const MAX_PACKET = 1 << 20;

/** Cuts a stream into packets, however it comes in pieces. Keeps one packet, and that is reused. */
export class PacketReader {
  readonly #head = Buffer.allocUnsafeSlow(4);
  /** As large as the largest packet so far: most connections bring a small message, and then idle. */
  #buffer = Buffer.alloc(0);
  #into: Buffer = this.#head;
  #filled = 0;

  /** The packets that `chunk` completes. Throws MilterProtocolError on an impossible length. */
  *read(chunk: Buffer): Generator<Packet> {
    for (let at = 0; at < chunk.length; ) {
      const copied = chunk.copy(this.#into, this.#filled, at);
      at += copied;
      this.#filled += copied;
      if (this.#filled < this.#into.length) return;
      this.#filled = 0;
      const packet = this.#into;
      if (packet === this.#head) this.#into = this.#roomFor(packet.readUInt32BE());
      else {
        this.#into = this.#head;
        yield { command: packet.toString('latin1', 0, 1), data: packet.subarray(1) };
      }
    }
  }

  #roomFor(length: number): Buffer {
    if (length < 1 || length > MAX_PACKET) throw new MilterProtocolError(`packet of ${length} bytes`);
    if (length > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(Math.max(length, 1024));
    return this.#buffer.subarray(0, length);
  }
}

/** The NUL-terminated strings in a packet's data. What they mean is bytes, one per character. */
export const stringsOf = (data: Buffer): string[] => data.toString('latin1').split('\0').slice(0, -1);

/** One packet; numbers become 32 bits, strings are terminated with NUL. */
export const packet = (command: string, ...fields: readonly (string | number)[]): Buffer => {
  const data = fields.map((field) => {
    if (typeof field === 'string') return Buffer.from(`${field}\0`, 'latin1');
    const number = Buffer.allocUnsafe(4);
    number.writeUInt32BE(field);
    return number;
  });
  const head = Buffer.from(`\0\0\0\0${command}`, 'latin1');
  head.writeUInt32BE(1 + data.reduce((sum, field) => sum + field.length, 0));
  return Buffer.concat([head, ...data]);
};
