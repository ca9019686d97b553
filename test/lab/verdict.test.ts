import { expect, test } from 'vitest';
import { GuestConsole } from '../../src/lab/console.ts';
import { usableRelay } from '../../src/lab/verdict.ts';

const machineSaying = (...lines: string[]) => {
  const console = new GuestConsole();
  console.append(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  return { console };
};
const never = new AbortController().signal;

test.each([
  ['chatmail: ready: a.example at 192.0.2.1', 'ready'],
  ['chatmail: waiting: no A record for a.example', 'waiting'],
])('usable: %s', async (line, state) => {
  expect((await usableRelay(machineSaying('boot', line), 60, never)).state).toBe(state);
});

test('a refusal is told in the relay’s words', async () => {
  const machine = machineSaying('boot', 'chatmail: error: bad domain', 'chatmail:   1 | mail_domain: ?');
  await expect(usableRelay(machine, 60, never)).rejects.toThrow(
    'did not start: bad domain\n  1 | mail_domain: ?',
  );
});

test('a machine that ends shows its last lines', async () => {
  const machine = machineSaying('boot', 'kernel panic');
  machine.console.end();
  await expect(usableRelay(machine, 60, never)).rejects.toThrow(/ended before .*\n.*\nboot\nkernel panic$/);
});

test('so does one that takes too long', async () => {
  await expect(usableRelay(machineSaying('still booting'), 0, never)).rejects.toThrow(
    /not ready after 0 s\n.*\nstill/,
  );
});

test('an interruption is not a failure of the relay', async () => {
  await expect(usableRelay(machineSaying(), 60, AbortSignal.abort())).rejects.toThrow(/abort/i);
});
