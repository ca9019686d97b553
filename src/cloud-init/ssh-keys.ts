/** Whether a text is, or contains, the private half of a key: of OpenSSH, of PuTTY, or in PEM. */
export const isPrivateKey = (text: string): boolean => /PRIVATE KEY-----|^PuTTY-User-Key-File/m.test(text);

/** The lines of a file of public keys that are keys: `authorized_keys`, or one `.pub` (sshd(8)). */
export const keysIn = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
