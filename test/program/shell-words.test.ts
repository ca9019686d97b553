import { expect, test } from 'vitest';
import { shellCommand } from '../../src/program/shell-words.ts';

test.each([
  [['mcopy', '-i', 'esp.img', '::EFI'], 'mcopy -i esp.img ::EFI'],
  [['sh', '-c', 'set -eu\ncd /\n', 'sh', '/tree'], "sh -c '...' sh /tree"],
  [['mmdebstrap', '--setup-hook=hostname debian'], "mmdebstrap '--setup-hook=hostname debian'"],
  [['echo', "it's", ''], "echo 'it'\\''s' ''"],
])('%o', (argv, line) => expect(shellCommand(argv)).toBe(line));
