import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderUserData } from '../../src/cloud-init/user-data.ts';
import { relayOutcome } from '../../src/lab/readiness.ts';
import { run, shell } from './relay.ts';
import { bootStock, type StockMachine } from './stock.ts';

/** A Debian 12 that one reaches by SSH and nothing else: it has no cloud-init, and gets no user-data. */
let stock: StockMachine;
const relay = () => stock.relay();

beforeAll(async () => {
  const { text, problems } = renderUserData(
    { mail_domain: '_relay.test', max_load_1m: 1000 },
    { base: 'debian', provider: 'netcup', isScript: true },
  );
  expect(problems).toEqual([]);
  stock = await bootStock(() => '#cloud-config\n{}\n');
  await stock.machine.console.waitFor(/Secure Shell server/);
  await shell(
    relay(),
    'cloud-init status --wait >/dev/null; dpkg --purge --force-depends cloud-init 2>&1; rm -rf /var/lib/cloud /run/cloud-init',
  );
  const [program = '', ...args] = relay().exec ?? [];
  await execa(program, [...args, 'sh', '-euc', 'cat > /root/relay.txt'], { input: text });
});
afterAll(() => stock?.remove());

test('a script run as root makes it a relay', async () => {
  const { exitCode } = await run(relay(), 'sh', '-c', 'cd /root && sh relay.txt');
  expect(exitCode).toBe(0);
  expect(await relayOutcome(stock.machine.console)).toMatchObject({ state: 'ready', domain: '_relay.test' });
  expect(await shell(relay(), 'systemctl --failed --no-legend --plain; dpkg --verify chatmail-relay')).toBe(
    '',
  );
  const ports = await shell(
    relay(),
    "ss -Hltn | sed -nE 's/.*:(25|80|143|443|465|587|993) .*/\\1/p' | sort -nu",
  );
  expect(ports.split('\n')).toEqual(['25', '80', '143', '443', '465', '587', '993']);
  expect(await shell(relay(), 'cat /etc/chatmail/chatmail.yaml')).toContain('mail_domain: _relay.test');
});

test('it can be run again, and changes nothing', async () => {
  const look = 'cat /etc/dkimkeys/opendkim.private /etc/machine-id';
  const before = await shell(relay(), look);
  const { exitCode } = await run(relay(), 'sh', '-c', 'cd /root && sh relay.txt');
  expect([exitCode, await shell(relay(), look)]).toEqual([0, before]);
  expect(await shell(relay(), 'systemctl --failed --no-legend --plain')).toBe('');
});

test('a mistake is corrected as the page says', async () => {
  await shell(relay(), 'chatmail configure --yes --set delete_mails_after=30 2>&1');
  expect(await shell(relay(), 'cat /etc/chatmail/chatmail.yaml')).toMatch(/^delete_mails_after: 30$/m);
});
