import { FETCHED_SETUP, textPart } from '../package/install-scripts.ts';

/**
 * The shell scripts in a text for a stock Debian, read from files once. The text maker, which has no files, is built with
 * what these constants are (`src/text-maker/build.ts`).
 */
export const DEBIAN_12 = textPart('debian-12');
export const GET_PACKAGES = textPart('get-packages');
export const FETCH = textPart('fetch');

/** Where the fetched packages have the rest. */
export const SETUP = FETCHED_SETUP;
