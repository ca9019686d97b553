/** What the core tells of a message, as far as it matters here. */
export interface Message {
  readonly chatId: number;
  readonly text: string;
  readonly isInfo: boolean;
  /** Written by another bot: the two would never end. */
  readonly isBot: boolean;
  readonly file: string | null;
  readonly fileName: string | null;
  readonly viewType: string;
}

/** What is sent back (`MessageData` of the core). */
interface Echo {
  readonly text: string;
  readonly file?: string;
  readonly filename?: string;
  readonly viewtype?: string;
}

export const HELP = `I am the echo bot of this relay. Whatever you write to me, text or file, I send back to you: so you see that messages leave your device and come back to it.

I keep nothing: what you sent is deleted within the hour.`;

/** The echo of a message; `undefined` where there is nothing to answer. */
export const echoOf = ({ text, isInfo, isBot, file, fileName, viewType }: Message): Echo | undefined => {
  if (isInfo || isBot || (text === '' && file === null)) return undefined;
  if (text.trim() === '/help') return { text: HELP };
  return file === null
    ? { text }
    : { text, file, viewtype: viewType, ...(fileName === null ? {} : { filename: fileName }) };
};
