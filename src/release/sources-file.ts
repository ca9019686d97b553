/** A file for `/etc/apt/sources.list.d`, with the key in it (sources.list(5), deb822-style). */
export const sourcesFile = (url: string, publicKey: string): string => {
  const key = publicKey.trim().split('\n');
  return [
    'Types: deb',
    `URIs: ${url}/debian`,
    'Suites: stable',
    'Components: main',
    'Signed-By:',
    // An empty line would end the paragraph.
    ...key.map((line) => ` ${line || '.'}`),
    '',
  ].join('\n');
};
