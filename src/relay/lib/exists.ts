import { lstatSync } from 'node:fs';

/** Whether there is anything of that name, be it a link that leads nowhere. */
export const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
