import { createRequire } from 'node:module';

/** The version of this program and of the package that it builds: package.json says it, and nothing else does. */
export const VERSION: string = createRequire(import.meta.url)('../package.json').version;
