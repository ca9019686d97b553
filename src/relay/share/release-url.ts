/**
 * Where the release is published that this relay's packages are from, by the file for apt that the core package has
 * (`release/sources-file.ts`): its archive is the folder `debian` there. `undefined` where it has none.
 */
export const releaseUrl = (sources: string): string | undefined =>
  /^URIs: *(https?:\S+?)\/debian\/?$/m.exec(sources)?.[1];
