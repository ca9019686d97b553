import { armour } from './armour.ts';
import type { Headers } from './headers.ts';
import { decoded, type Leaf, shortText } from './mime/leaf.ts';
import { Lines } from './mime/lines.ts';
import { multipart } from './mime/multipart.ts';
import { type MimeType, parseMimeType } from './mime/type.ts';

/** What a message is. `encrypted-by`: with an armour line that names the software. */
export type Content = 'encrypted' | 'encrypted-by' | 'securejoin' | 'clear';

/** Judges a body as it streams by. */
export interface Judge {
  readonly body: (chunk: Buffer) => void;
  readonly end: () => Content;
}

/** The type of the whole message; `undefined` where it is missing, repeated or unclear. */
export const rootType = (headers: Headers): MimeType | undefined =>
  parseMimeType(headers.only('content-type') ?? '');

const judging = (leaf: Leaf, content: () => Content): Judge => {
  const lines = new Lines(leaf.line);
  let isRefused = false;
  return {
    body: (chunk) => {
      isRefused ||= !lines.push(chunk);
    },
    end: () => (!isRefused && lines.end() && leaf.end() ? content() : 'clear'),
  };
};

const CLEAR: Judge = { body: () => {}, end: () => 'clear' };

/** RFC 3156 §4 */
const encryptedJudge = (boundary: string): Judge => {
  const message = armour();
  const rules = [
    { type: 'application/pgp-encrypted', leaf: shortText(/^Version: 1$/) },
    { type: 'application/octet-stream', leaf: message },
  ];
  return judging(multipart(boundary, rules), () => (message.hasVersion() ? 'encrypted-by' : 'encrypted'));
};

/** The first message of a securejoin, sent before there is a key to encrypt to. */
const securejoinJudge = ({ type, boundary }: MimeType, encoding: string | undefined): Judge => {
  const leaf = shortText(/^secure-join: v[cg]-request$/i);
  const root =
    type === 'text/plain'
      ? decoded(encoding, leaf)
      : boundary !== undefined && type.startsWith('multipart/')
        ? multipart(boundary, [{ type: 'text/plain', leaf }])
        : undefined;
  return root ? judging(root, () => 'securejoin') : CLEAR;
};

/** Chosen when the headers are complete. */
export const judgeOf = (headers: Headers): Judge => {
  const root = rootType(headers);
  const encoding = headers.first('content-transfer-encoding');
  // RFC 2045 §6.4: a multipart is never encoded; readers differ on what it means if it is.
  const isIdentity = /^(7bit|8bit|binary|)$/i.test(encoding ?? '');
  if (!root || headers.count('content-transfer-encoding') > 1) return CLEAR;
  if (root.boundary !== undefined && !isIdentity) return CLEAR;
  if (root.type === 'multipart/encrypted' && root.boundary) return encryptedJudge(root.boundary);
  return /^v[cg]-request$/.test(headers.only('secure-join') ?? '') ? securejoinJudge(root, encoding) : CLEAR;
};
