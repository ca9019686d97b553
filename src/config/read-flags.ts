import { checkEntries, type Layer } from './check-entries.ts';

/** Settings from `--set name=value` flags. Their text is one flag per line, so that problems have places. */
export const readFlags = (flags: readonly string[]): Layer =>
  checkEntries({ name: '--set', text: flags.join('\n') }, (complain) => {
    let start = 0;
    return flags.flatMap((flag) => {
      const at = start;
      start += flag.length + 1;
      const length = flag.indexOf('=');
      const nameRange = { start: at, end: at + (length < 0 ? flag.length : length) };
      if (length < 0) complain('bad-line', nameRange, {}, flag);
      const range = { start: nameRange.end + 1, end: at + flag.length };
      return length < 0
        ? []
        : [{ name: flag.slice(0, length), value: flag.slice(length + 1), nameRange, range }];
    });
  });
