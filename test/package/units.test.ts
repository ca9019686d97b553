import { expect, test } from 'vitest';
import { packageTree } from '../../src/package/tree.ts';

const tree = packageTree('', '1.2.3', '');
const texts = [...tree].map(([path, { content }]) => [path, String(content)] as const);
const linesOf = (pattern: RegExp, line: RegExp) =>
  texts.flatMap(([path, text]) =>
    pattern.test(path)
      ? text
          .split('\n')
          .filter((each) => line.test(each))
          .map((each) => `${path}: ${each}`)
      : [],
  );

test('no unit of ours runs a command with more rights than its service has', () =>
  // systemd.service(5), special executable prefixes
  expect(linesOf(/\/systemd\/system\/chatmail-/, /^Exec\w*=[-@:|]*[+!]/)).toEqual([]));

test('no script changes the owner of what a link leads to', () =>
  expect(linesOf(/^\/usr\/lib\/chatmail\//, /\bch(own|grp|mod) (?!-h)/)).toEqual([]));

test('folders of others are made in folders of root', () => {
  const folders = linesOf(/tmpfiles\.d/, /^d /).map((line) => line.split(/ +/).slice(2));
  const others = folders.filter(([, , user = 'root']) => user !== 'root').map(([path = '']) => path);
  const within = others.filter((path) => others.some((folder) => path.startsWith(`${folder}/`)));
  // tmpfiles.d(5) itself follows nothing there; vmail puts jobs into the one, and courier takes them from the other.
  expect(within).toEqual(['/var/lib/chatmail/push/dead']);
});
