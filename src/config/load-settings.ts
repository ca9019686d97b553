import { resolve as resolvePath } from 'node:path';
import { readStart } from '../terminal/read-input.ts';
import { checkEntries, type Layer } from './check-entries.ts';
import type { Result } from './problem.ts';
import { readFlags } from './read-flags.ts';
import { readIni } from './read-ini.ts';
import { MAX_LENGTH, readYaml } from './read-yaml.ts';
import { resolve } from './resolve.ts';
import type { Settings } from './schema.ts';

/** The options of every command that needs settings; spread them into its `options`. */
export const SETTINGS_OPTIONS = {
  config: {
    type: 'string',
    short: 'c',
    value: 'FILE',
    help: 'settings to use, by default chatmail.yaml if it exists',
  },
  set: {
    type: 'string',
    short: 's',
    multiple: true,
    value: 'NAME=VALUE',
    help: 'one setting, which overrides the file; can be repeated',
  },
} as const;

export const DEFAULT_FILE = 'chatmail.yaml';

/** What the operator gave: the values of {@link SETTINGS_OPTIONS}, and the folder they are relative to. */
interface SettingsInput {
  readonly cwd: string;
  readonly config?: string | undefined;
  readonly set?: readonly string[] | undefined;
  /** Ends the wait for a file that is a pipe. */
  readonly signal?: AbortSignal | undefined;
}

interface LoadedSettings {
  readonly result: Result<Settings>;
  /** The file that was read, as it was given; `undefined` if there is none. */
  readonly file: string | undefined;
}

/** UTF-8 has at most three bytes for a UTF-16 unit. */
const MAX_BYTES = 3 * MAX_LENGTH;

const decode = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

const unusable = (name: string, code: 'too-large' | 'not-text'): Layer =>
  checkEntries({ name, text: '' }, (complain) => {
    complain(code);
    return [];
  });

/** Reads a settings file: upstream's ini if its name ends so, else YAML. Rejects if it cannot be read. */
export const loadFile = async (path: string, name = path, signal?: AbortSignal): Promise<Layer> => {
  const bytes = await readStart(path, MAX_BYTES + 1, { name, signal });
  if (bytes.length > MAX_BYTES) return unusable(name, 'too-large');
  const text = decode(bytes);
  if (text === undefined) return unusable(name, 'not-text');
  return name.endsWith('.ini') ? readIni({ name, text }) : readYaml({ name, text });
};

const isMissing = (error: unknown): boolean => (error as { code?: unknown }).code === 'ENOENT';

/** Settings of the file and the flags, which take precedence. Rejects if a file that was named cannot be read. */
export const loadSettings = async ({
  cwd,
  config,
  set = [],
  signal,
}: SettingsInput): Promise<LoadedSettings> => {
  const name = config ?? DEFAULT_FILE;
  const layer = await loadFile(resolvePath(cwd, name), name, signal).catch((error: unknown) => {
    if (config === undefined && isMissing(error)) return undefined;
    throw error;
  });
  const flags = readFlags(set);
  return layer ? { result: resolve(flags, layer), file: name } : { result: resolve(flags), file: undefined };
};
