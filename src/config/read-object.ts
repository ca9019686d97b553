import { checkEntries, type Layer } from './check-entries.ts';

/**
 * Settings from something already parsed: the tags of a machine, the answer of a metadata service, the
 * host name. `name` says where it is from. Values may all be texts.
 */
export const readObject = (name: string, object: unknown): Layer =>
  checkEntries({ name, text: '' }, (complain) => {
    if (typeof (object ?? {}) !== 'object' || Array.isArray(object)) complain('not-a-mapping');
    else return Object.entries(object ?? {}).map(([key, value]) => ({ name: key, value }));
    return [];
  });
