import { afterEach, beforeEach, expect, test } from 'vitest';
import { extrasBeside, relayPackages } from '../../src/commands/relay-packages.ts';
import { inFolder } from '../cli-in-folder.ts';

let folder: Awaited<ReturnType<typeof inFolder>>;
beforeEach(async () => {
  folder = await inFolder({
    'chatmail-relay_1_all.deb': '',
    'chatmail-relay-extras_1_all.deb': '',
    'chatmail-relay_2_all.deb': '',
    'other.deb': '',
  });
});
afterEach(() => folder.remove());

test.each([
  ['dist/chatmail-relay_1_all.deb', 'dist/chatmail-relay-extras_1_all.deb'],
  ['/x/chatmail-relay.deb', '/x/chatmail-relay-extras.deb'],
  ['chatmail-relay/other.deb', 'chatmail-relay/other.deb'],
])('beside %s: %s', (relay, extras) => expect(extrasBeside(relay)).toBe(extras));

const found = async (relay?: string, extras?: string) => {
  const values = { ...(relay && { 'relay-package': relay }), ...(extras && { 'extras-package': extras }) };
  const packages = await relayPackages(values, { cwd: folder.cwd, program: 'chatmail-image' }, '/nowhere');
  return Object.values(packages).map((path) => path.slice(folder.cwd.length + 1));
};

test.each([
  ['chatmail-relay_1_all.deb', undefined, 'chatmail-relay-extras_1_all.deb'],
  ['chatmail-relay_1_all.deb', 'other.deb', 'other.deb'],
  ['other.deb', 'chatmail-relay-extras_1_all.deb', 'chatmail-relay-extras_1_all.deb'],
])('with %s and %s', async (relay, extras, second) =>
  expect(await found(relay, extras)).toEqual([relay, second]),
);

test.each([
  ['chatmail-relay_2_all.deb', undefined, /chatmail-relay-extras_2_all.deb is not there/],
  ['missing.deb', 'other.deb', /missing.deb is not there/],
  ['other.deb', undefined, /--relay-package needs --extras-package/],
  [undefined, 'other.deb', /--extras-package needs --relay-package/],
])('not with %s and %s', async (relay, extras, message) => {
  await expect(found(relay, extras)).rejects.toThrow(message);
});
