import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { clockFacts } from '../../../src/relay/expire/clock-facts.ts';
import { runExpire } from '../../../src/relay/expire/main.ts';
import { readArguments } from '../../../src/relay/lib/command.ts';
import { DAY, mailTree, NOW, relayModel } from '../temp-mail.ts';

/** A relay with one address, used today, and runs at a clock so many days from now. */
const relay = () => {
  const mail = mailTree();
  const home = mail.mailbox('alice', 0);
  const clock = join(mail.root, 'clock.json');
  const run = (days: number, flags: string[] = [], isSynchronised = true) => {
    const given = readArguments('[--dry-run] [--trust-clock] [--json]', flags);
    if (typeof given === 'string') throw new Error(given);
    const [out, err]: [string[], string[]] = [[], []];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
    // The tree belongs to who runs the tests.
    vi.spyOn(process, 'geteuid').mockReturnValue(1);
    const facts = () => ({ now: NOW + days * DAY, isSynchronised, isHosts: false });
    const status = runExpire(relayModel(), given, { mailRoot: mail.root, clock, facts });
    vi.restoreAllMocks();
    return { status, out: out.join(''), err: err.join('') };
  };
  return { home, clock, run, kept: () => JSON.parse(readFileSync(clock, 'utf8')) };
};

test('a clock two years ahead deletes nobody, and says why', () => {
  const { home, run, kept } = relay();
  expect(run(730)).toEqual({
    status: 1,
    out: '',
    err: expect.stringMatching(/^the clock is 730 days ahead of the last run: .*--trust-clock/),
  });
  expect(existsSync(home)).toBe(true);
  expect(kept().refusal).toMatch(/^the clock is 730 days ahead/);
  expect(run(0.5).status).toBe(0);
  expect(kept()).toEqual({ lastRun: NOW + 0.5 * DAY });
  expect(run(730, ['--trust-clock']).status).toBe(0);
  expect(existsSync(home)).toBe(false);
  expect(kept()).toEqual({ lastRun: NOW + 730 * DAY });
});

test('without NTP nothing is deleted; a dry run counts, says so, and is not remembered', () => {
  const { clock, run } = relay();
  expect(run(91, ['--dry-run', '--json'], false)).toEqual({
    status: 0,
    out: expect.stringContaining('"inactiveAddresses":1'),
    err: expect.stringMatching(/^nothing would be deleted: the clock is not synchronised/),
  });
  expect(existsSync(clock)).toBe(false);
  expect(run(0, [], false)).toMatchObject({ status: 1, out: '' });
});

test('a record that is damaged is none', () => {
  const { clock, run } = relay();
  writeFileSync(clock, '{"lastRun":');
  expect(run(730).status).toBe(1);
  expect(run(1).status).toBe(0);
});

test('the kernel says whether its clock is kept right', () => {
  expect(typeof clockFacts().isSynchronised).toBe('boolean');
});
