/**
 * From here on as the owner of the mail, until the function that is returned is called: a link that somebody put
 * there leads root nowhere.
 */
export const becomeVmail = (): (() => void) => {
  if (process.geteuid?.() !== 0) return () => {};
  process.setegid?.('vmail');
  process.seteuid?.('vmail');
  return () => {
    process.seteuid?.(0);
    process.setegid?.(0);
  };
};
