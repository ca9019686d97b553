/** An error in words of ours, which everybody may read: on the setup page, on the console, in the journal. */
export class PublicError extends Error {
  override name = 'PublicError';
}
