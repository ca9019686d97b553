import type { Canonicalization } from './signature.ts';

/** Takes a body piece by piece, and hands it on in its canonical form. Keeps next to nothing of it. */
export interface BodySink {
  readonly push: (piece: Buffer) => void;
  readonly end: () => void;
}

const [TAB, LF, CR, SPACE] = [9, 10, 13, 32];
const LINE_ENDS = Buffer.from('\r\n'.repeat(512));

/** Ends in one CRLF, however many there were, or none (RFC 6376 §3.4.3); `empty` is for what has nothing else. */
const withoutEmptyLines = (take: (piece: Buffer) => void, empty: string): BodySink => {
  /** Held back until more comes: so many CRLFs, and then perhaps a CR. */
  let lineEnds = 0;
  let hasCr = false;
  let isEmpty = true;
  const letGo = (): void => {
    for (; lineEnds > 0; lineEnds -= Math.min(lineEnds, 512))
      take(LINE_ENDS.subarray(0, 2 * Math.min(lineEnds, 512)));
    if (hasCr) take(LINE_ENDS.subarray(0, 1));
    hasCr = false;
    isEmpty = false;
  };
  return {
    push: (piece) => {
      if (piece.length === 0) return;
      let from = 0;
      if (hasCr && piece[0] === LF) {
        hasCr = false;
        lineEnds++;
        from = 1;
      } else if (hasCr) letGo();
      const endsInCr = piece.length > from && piece[piece.length - 1] === CR;
      let to = piece.length - (endsInCr ? 1 : 0);
      let more = 0;
      for (; to - 2 >= from && piece[to - 2] === CR && piece[to - 1] === LF; to -= 2) more++;
      if (to > from) {
        letGo();
        take(piece.subarray(from, to));
      }
      lineEnds += more;
      hasCr = endsInCr;
    },
    end: () => {
      if (hasCr) letGo();
      take(Buffer.from(isEmpty ? empty : '\r\n'));
    },
  };
};

const BUFFER_BYTES = 4096;

/** Takes white space from the ends of lines, and leaves one space of it elsewhere (RFC 6376 §3.4.4). */
const withoutWhiteSpace = ({ push, end }: BodySink): BodySink => {
  const output = Buffer.allocUnsafeSlow(BUFFER_BYTES + 2);
  let hasSpace = false;
  let hasCr = false;
  const squeeze = (piece: Buffer): void => {
    let at = 0;
    for (const byte of piece) {
      if (hasCr) {
        if (hasSpace && byte !== LF) output[at++] = SPACE;
        output[at++] = CR;
        hasCr = false;
        hasSpace = false;
      }
      if (byte === SPACE || byte === TAB) hasSpace = true;
      else if (byte === CR) hasCr = true;
      else {
        if (hasSpace) output[at++] = SPACE;
        hasSpace = false;
        output[at++] = byte;
      }
    }
    push(output.subarray(0, at));
  };
  return {
    push: (piece) => {
      for (let at = 0; at < piece.length; at += BUFFER_BYTES) squeeze(piece.subarray(at, at + BUFFER_BYTES));
    },
    end: () => {
      if (hasCr) push(Buffer.from(hasSpace ? ' \r' : '\r'));
      end();
    },
  };
};

/** RFC 6376 §3.4.3 and §3.4.4. Bytes are taken as they are: a lone CR or LF ends no line. */
export const canonicalBody = (how: Canonicalization, take: (piece: Buffer) => void): BodySink =>
  how === 'simple' ? withoutEmptyLines(take, '\r\n') : withoutWhiteSpace(withoutEmptyLines(take, ''));
