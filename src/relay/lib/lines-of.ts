import { ProtocolError } from './serve.ts';

/** As Dovecot's own `DICT_CLIENT_MAX_LINE_LENGTH`. */
const MAX_LINE = 65_536;

/** The lines in a stream of text, whatever its chunks. Throws on a line longer than `max`. */
export async function* linesOf(chunks: AsyncIterable<string>, max = MAX_LINE): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.length > max) throw new ProtocolError('line too long');
      yield line;
    }
    if (rest.length > max) throw new ProtocolError('line too long');
  }
}
