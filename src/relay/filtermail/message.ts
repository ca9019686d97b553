import type { MessageFilter } from '../lib/milter.ts';
import { Headers } from './headers.ts';
import { type Content, type Judge, judgeOf, rootType } from './judge.ts';
import { type Mailbox, parseMailbox } from './mailbox.ts';

/** What is known of a message when it has come in full. */
interface Received {
  readonly headers: Headers;
  readonly from: Mailbox | undefined;
  readonly content: Content;
  readonly type: string | undefined;
}

/** Reads a message: the part of a filter that is the same for both directions. */
export const readMessage = (): Pick<MessageFilter, 'header' | 'body'> & { readonly read: () => Received } => {
  const headers = new Headers();
  let judge: Judge | undefined;
  const started = (): Judge => {
    judge ??= judgeOf(headers);
    return judge;
  };
  return {
    header: (name, value) => headers.add(name, value),
    body: (chunk) => started().body(chunk),
    read: () => ({
      headers,
      from: parseMailbox(headers.only('from') ?? ''),
      content: started().end(),
      type: rootType(headers)?.type,
    }),
  };
};
