import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { quotaTrimmer, usage } from '../../../src/relay/doveauth/quota-trimmer.ts';
import { mailTree, messageName, NOW } from '../temp-mail.ts';

test.each([
  ['', 0, 0],
  ['1000S\n', 0, 0],
  ['1000S,10C\n700 7\n50 1\n-100 -1\n', 650, 7],
  ['1000S\n         700            7\n', 700, 7],
  ['1000S\n700 7\n5', 705, 7],
  ['1000S\nodd\n\0\n5 1\n', 5, 1],
])('Dovecot’s account %j adds up to %d bytes in %d messages', (account, bytes, messages) =>
  expect(usage(account)).toEqual({ bytes, messages }),
);

const LIMIT = { bytes: 1000, messages: 100 };

let lines: string[];
beforeEach(() => {
  lines = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A mailbox with messages of these ages in days, and the account Dovecot keeps. */
const filled = (account: string, ages: readonly number[], size = 200) => {
  const mail = mailTree();
  const home = mail.mailbox('alice', 0);
  for (const age of ages) mail.file(`alice@chat.example/cur/${messageName(age, size)}`);
  writeFileSync(join(home, 'maildirsize'), account);
  return { home, left: () => readdirSync(join(home, 'cur')).length };
};

test.each([
  ['three quarters full', '1000S\n750 4\n', [5, 4, 3, 2], 3],
  ['not quite', '1000S\n749 4\n', [5, 4, 3, 2], 4],
  ['full', '1000S\n1000 5\n', [5, 4, 3, 2, 2.5], 3],
  ['full of today', '1000S\n1000 5\n', [0.1, 0.2, 0.3, 0.4, 0.5], 5],
  ['full of small messages', '1000S,100C\n5 75\n', Array.from({ length: 75 }, (_, i) => 2 + i / 100), 70, 1],
  ['full by an account that is wrong', '1000S\n1000 5\n', [5, 4], 2],
])('a mailbox that is %s', async (_, account, ages, left, size = 200) => {
  const mailbox = filled(account, ages, size);
  await quotaTrimmer(LIMIT, () => NOW)(mailbox.home);
  expect(mailbox.left()).toBe(left);
  expect(existsSync(join(mailbox.home, 'maildirsize'))).toBe(left === ages.length);
});

test('one that is full of recent mail is not read at every delivery, and heals, whatever the clock does', async () => {
  let [now, clock] = [NOW, 0];
  const mailbox = filled('1000S\n800 4\n', [0.9999, 0.5, 0.4, 0.3]);
  const trimQuota = quotaTrimmer(
    LIMIT,
    () => now,
    () => clock,
  );
  await trimQuota(mailbox.home);
  now += 30;
  clock += 30_000;
  expect(trimQuota(mailbox.home)).toBeUndefined();
  expect(mailbox.left()).toBe(4);
  now += 31;
  clock += 31_000;
  await trimQuota(mailbox.home);
  expect(mailbox.left()).toBe(3);
});

test('no mailbox, no account: nothing happens; trouble is logged without the address', () => {
  const trimQuota = quotaTrimmer(LIMIT);
  trimQuota('/nowhere');
  trimQuota(mailTree().mailbox('alice', 0));
  expect(lines).toEqual([]);
  trimQuota('/dev/null');
  expect(lines).toEqual(['<3>quota: ENOTDIR\n']);
});

test('a delivery waits for room, but not in a mailbox of very many messages, and nothing else waits', async () => {
  const count = 12_000;
  const mail = mailTree();
  const home = mail.mailbox('alice', 0);
  for (let i = 0; i < count; i++)
    writeFileSync(join(home, 'cur', messageName(2 + i / count, 200, '', `M${i}P2.host`)), '');
  writeFileSync(join(home, 'maildirsize'), `1000S\n${200 * count} ${count}\n`);
  const trimQuota = quotaTrimmer({ bytes: 200 * count, messages: count }, () => NOW);
  let [turns, isDone] = [0, false];
  expect(trimQuota(home)).toBeUndefined();
  const turn = () => {
    turns++;
    isDone = !existsSync(join(home, 'maildirsize'));
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await vi.waitUntil(() => isDone, { timeout: 60_000 });
  expect(turns).toBeGreaterThan(count / 1000);
  expect(readdirSync(join(home, 'cur'))).toHaveLength(0.7 * count);
  expect(readdirSync(join(home, 'cur')).some((name) => name.includes(`M${count - 1}P2`))).toBe(false);
}, 60_000);

test('two who ask at once wait for the same', () => {
  const mailbox = filled('1000S\n750 4\n', [5, 4, 3, 2]);
  const trimQuota = quotaTrimmer(LIMIT, () => NOW);
  const work = trimQuota(mailbox.home);
  expect(work).toBeInstanceOf(Promise);
  expect(trimQuota(mailbox.home)).toBe(work);
  return work;
});
