/** An error that this program has worded, so that everybody may read it: on the setup page, on the console, in the journal. */
export class PublicError extends Error {
  override name = 'PublicError';
}
