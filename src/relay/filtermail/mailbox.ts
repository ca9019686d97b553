export interface Mailbox {
  /** `local@domain`, in lower case. */
  readonly address: string;
  readonly domain: string;
}

const ATOM = '[^\\s"(),.:;<>@[\\]\\\\\\x00-\\x1f\\x7f]+';
const DOT_ATOM = `${ATOM}(?:\\.${ATOM})*`;
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
const ADDRESS = `((?:${DOT_ATOM}|${QUOTED})@(${DOT_ATOM}|\\[[^\\s[\\]\\\\]+\\]))`;
/** The phrase takes in the white space before it, so that there is one way only to match. */
const MAILBOX = new RegExp(`^(?:(?:${QUOTED}|[^"(),:;<>@[\\]\\\\\x00])*<${ADDRESS}>|\\s*${ADDRESS})\\s*$`);

/** RFC 5322 §3.2.2: comments may be nested and may be anywhere; they read as a space. `undefined`: one has no end. */
const withoutComments = (text: string): string | undefined => {
  let result = '';
  let depth = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (depth > 0) {
      if (c === '\\') i++;
      else if (c === '(') depth++;
      else if (c === ')' && --depth === 0) result += ' ';
    } else if (c === '(' && !isQuoted) depth = 1;
    else {
      if (c === '"') isQuoted = !isQuoted;
      result += c;
      if (c === '\\') result += text.charAt(++i);
    }
  }
  return depth === 0 ? result : undefined;
};

/** The one mailbox of a From field (RFC 5322 §3.4). `undefined` for several, a group, a route, or what is unclear. */
export const parseMailbox = (value: string): Mailbox | undefined => {
  const match = MAILBOX.exec(withoutComments(value.replace(/\r?\n(?=[ \t])/g, '')) ?? '');
  const address = match?.[1] ?? match?.[3];
  const domain = match?.[2] ?? match?.[4];
  return address && domain ? { address: address.toLowerCase(), domain: domain.toLowerCase() } : undefined;
};
