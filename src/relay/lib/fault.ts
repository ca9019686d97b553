/**
 * What a log may say of an error: its kind and where it was thrown. A message may name a file, and with it an
 * address, or quote what could not be read.
 */
export const faultOf = (error: unknown): string => {
  const { name, code, stack } = error as NodeJS.ErrnoException;
  const frames = String(stack).match(/^ +at .*/gm) ?? [];
  return [code ?? name, ...frames.slice(0, 5).map((frame) => frame.trim())].join(' ');
};
