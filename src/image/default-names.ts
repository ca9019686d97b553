/** What the files of each kind of image are called, and where they are put. They have a manifest each, and so a folder. */
export const DEFAULT_NAMES = {
  relay: { name: 'chatmail-relay', output: 'dist' },
  bare: { name: 'debian-bare', output: 'dist/bare' },
} as const;
