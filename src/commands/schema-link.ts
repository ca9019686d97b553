import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROJECT, SCHEMA_NAME } from '../package/paths.ts';

/**
 * Where an editor finds the JSON Schema of a `chatmail.yaml`: the file of this program, so that it is as new as the
 * program. From a folder that holds the program (its clone, or a project with it in `node_modules`) the path is
 * relative, and good on every computer; from elsewhere it is a URL. Editors take no blanks in it.
 */
export const schemaLink = (file: string, project = PROJECT): string => {
  const schema = join(project, SCHEMA_NAME);
  const path = relative(dirname(file), schema).replaceAll('\\', '/');
  return path.startsWith('..') || /[\s%]/.test(path) ? pathToFileURL(schema).href : path;
};
