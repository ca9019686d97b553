import { Base64 } from './mime/base64.ts';
import { type Leaf, withoutPadding } from './mime/leaf.ts';
import { OpenpgpPackets } from './openpgp-packets.ts';

const BEGIN = '-----BEGIN PGP MESSAGE-----';
const END = '-----END PGP MESSAGE-----';

interface Armour extends Leaf {
  /** Whether it has a `Version:` line, which tells about the sender's software. */
  readonly hasVersion: () => boolean;
}

/** An encrypted message in ASCII armour (RFC 9580 §6.2), and nothing else but empty lines around it. */
export const armour = (): Armour => {
  const packets = new OpenpgpPackets();
  const data = new Base64(packets);
  let state: 'before' | 'headers' | 'data' | 'checksum' | 'after' = 'before';
  let hasVersion = false;
  let emptyLines = 0;

  const marker = (text: string): boolean => {
    if (state === 'before') {
      state = 'headers';
      return text === BEGIN;
    }
    const isEnd = state !== 'after' && text === END;
    state = 'after';
    return isEnd;
  };

  const isVersion = (text: string): boolean => {
    if (state !== 'headers' || hasVersion) return false;
    hasVersion = /^Version: [ -~]{1,80}$/.test(text);
    return hasVersion;
  };

  return {
    line: (padded) => {
      const line = withoutPadding(padded);
      if (line === '') {
        if (state === 'headers') state = 'data';
        // Millions of them would take seconds each time.
        return emptyLines++ < 100;
      }
      if (line.startsWith('-')) return marker(line);
      if (isVersion(line)) return true;
      if (state !== 'headers' && state !== 'data') return false;
      state = 'data';
      // The checksum is no longer checked by anyone (RFC 9580 §6.1).
      if (/^=[\w+/]{4}$/.test(line)) {
        state = 'checksum';
        return true;
      }
      return data.push(line);
    },
    end: () => state === 'after' && data.isComplete() && packets.isComplete(),
    hasVersion: () => hasVersion,
  };
};
