import { Headers } from './headers.ts';
import { type Content, type Judge, judgeOf, rootType } from './judge.ts';
import { type Mailbox, parseMailbox } from './mailbox.ts';
import type { MessageFilter } from './milter/serve.ts';

/** What is known of a message when it has come in full. */
interface Received {
  readonly headers: Headers;
  readonly from: Mailbox | undefined;
  readonly content: Content;
  readonly type: string | undefined;
}

/** What reads a message as it comes. */
interface Reader extends Pick<MessageFilter, 'header' | 'body'> {
  /** The sender, once the header is known. */
  readonly from: () => Mailbox | undefined;
  readonly read: () => Received;
}

/** Reads a message: the part of a filter that is the same for both directions. */
export const readMessage = (): Reader => {
  const headers = new Headers();
  let judge: Judge | undefined;
  const started = (): Judge => {
    judge ??= judgeOf(headers);
    return judge;
  };
  const from = () => parseMailbox(headers.only('from') ?? '');
  return {
    from,
    header: (name, value) => headers.add(name, value),
    body: (chunk) => started().body(chunk),
    read: () => ({
      headers,
      from: from(),
      content: started().end(),
      type: rootType(headers)?.type,
    }),
  };
};
