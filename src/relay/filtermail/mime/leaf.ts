import { Base64 } from './base64.ts';
import { Lines, type TakeLine } from './lines.ts';

/** Judges the content of something, line by line, without keeping it. */
export interface Leaf {
  readonly line: TakeLine;
  /** At its end: whether it is what it ought to be. */
  readonly end: () => boolean;
}

/** Without spaces and tabs at the end, which servers on the way may add (RFC 2046 §5.1.1). */
export const withoutPadding = (line: string): string =>
  line.endsWith(' ') || line.endsWith('\t') ? line.replace(/[ \t]+$/, '') : line;

const quotedPrintable = (leaf: Leaf): Leaf => {
  const lines = new Lines(leaf.line);
  return {
    line: (line) => {
      // RFC 2045 §6.7: white space at the end was added on the way; a last `=` joins the next line
      const text = withoutPadding(line);
      if (text === '=') return true; // nothing, and cheaply: there may be millions
      const joined = text.endsWith('=') ? text.slice(0, -1) : `${text}\n`;
      if (/=(?![\da-f]{2})/i.test(joined)) return false;
      const decoded = joined.replace(/=(..)/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
      return lines.push(Buffer.from(decoded, 'latin1'));
    },
    end: () => lines.end() && leaf.end(),
  };
};

const base64 = (leaf: Leaf): Leaf => {
  const lines = new Lines(leaf.line);
  let decoded: number[] = [];
  const decoder = new Base64({ byte: (byte) => decoded.push(byte) > 0 });
  return {
    line: (line) => {
      decoded = [];
      return decoder.push(line) && lines.push(Buffer.from(decoded));
    },
    end: () => decoder.isComplete() && lines.end() && leaf.end(),
  };
};

/** `leaf` behind a Content-Transfer-Encoding (RFC 2045 §6); `undefined` for an unknown one. */
export const decoded = (encoding: string | undefined, leaf: Leaf): Leaf | undefined => {
  const name = (encoding ?? '7bit').trim().toLowerCase();
  if (/^(7bit|8bit|binary)$/.test(name)) return leaf;
  return name === 'base64' ? base64(leaf) : name === 'quoted-printable' ? quotedPrintable(leaf) : undefined;
};

/** A short text that must match when it is trimmed. */
export const shortText = (pattern: RegExp): Leaf => {
  let text = '';
  return {
    line: (line) => {
      text = `${text}\n${line}`.trim();
      return text.length < 100;
    },
    end: () => pattern.test(text),
  };
};
