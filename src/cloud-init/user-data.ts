import type { Settings } from '../config/schema.ts';
import { readPayload } from '../package/payload.ts';
import { compress } from './compress.ts';
import { mergeExtra } from './extra.ts';
import type { UserDataOptions } from './options.ts';
import { type UserData, writeUserData } from './write-user-data.ts';

/**
 * Renders user-data: the text that makes a machine the relay of these settings. Pure but for reading the package
 * that travels along. Settings are checked again, for they may come from anywhere; what is wrong with them, with
 * an option, or with the text at the provider is in `problems`, never thrown.
 */
export const renderUserData = (settings: Partial<Settings>, options: UserDataOptions = {}): UserData =>
  writeUserData(settings, options, { payload: readPayload, compress, mergeExtra });
