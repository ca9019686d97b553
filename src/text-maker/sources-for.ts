/** What `user-data --source` takes in a path without quotes; the rest of a path is escaped. */
const UNPLAIN = /[^\w.~%+,:@=/-]/g;

const escaped = (character: string): string =>
  `%${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;

/** The address of a folder without a `/` at its end. */
const folder = (address: string): string => address.replace(/\/+$/, '');

/** Where the packages are, strongest first: beside the page, if a web server sent it from `address`; then at the release. */
export const sourcesFor = (
  { protocol, origin, pathname }: Pick<URL, 'protocol' | 'origin' | 'pathname'>,
  url: string | undefined,
): string[] => {
  const beside = origin + pathname.replace(/[^/]*$/, '').replace(UNPLAIN, escaped);
  const sources = [...(/^https?:$/.test(protocol) ? [beside] : []), ...(url === undefined ? [] : [url])];
  return [...new Set(sources.map(folder))];
};

/** Whether an address is this computer's: no machine elsewhere can fetch from there. */
export const isThisComputer = (source: string): boolean =>
  /^https?:\/\/(localhost|127\.[\d.]+|\[::1\])(:|\/|$)/i.test(source);
