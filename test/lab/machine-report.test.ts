import { expect, test } from 'vitest';
import { GuestConsole } from '../../src/lab/console.ts';
import { type Machine, SERVICE_PORTS } from '../../src/lab/machine.ts';
import { machineJson, machineText } from '../../src/lab/machine-report.ts';

const done = () => Promise.resolve();
const machine = (more: Partial<Machine>): Machine => ({
  backend: 'nspawn',
  address: '10.219.0.2',
  ports: SERVICE_PORTS,
  exec: ['nsenter', '--target', '42', '--'],
  console: new GuestConsole(),
  root: undefined,
  ended: done(),
  boot: done,
  stop: done,
  kill: done,
  remove: done,
  ...more,
});
const container = machine({});
const guest = machine({
  backend: 'qemu',
  address: '127.0.0.1',
  exec: undefined,
  ports: { ...SERVICE_PORTS, https: 40443 },
});
const relay = { state: 'ready', domain: '_a.example', relayAddress: '10.219.0.2' } as const;

test('one line of JSON says all a program needs', () => {
  const line = machineJson(container, relay);
  expect(line).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(line)).toEqual({
    state: 'ready',
    domain: '_a.example',
    relayAddress: '10.219.0.2',
    backend: 'nspawn',
    address: '10.219.0.2',
    url: 'https://10.219.0.2/',
    ports: { smtp: 25, submission: 587, submissions: 465, imap: 143, imaps: 993, http: 80, https: 443 },
    exec: ['nsenter', '--target', '42', '--'],
  });
});

test('no way in, no exec', () => {
  expect(JSON.parse(machineJson(guest, relay))).not.toHaveProperty('exec');
});

test.each([
  ['the page', container, relay, 'page     https://10.219.0.2/\n'],
  ['the page at a port', guest, relay, 'page     https://127.0.0.1:40443/\n'],
  ['a name that only the machine knows', container, relay, 'add `10.219.0.2 _a.example` to /etc/hosts'],
  ['a shell', container, relay, 'shell    nsenter --target 42 -- bash\n'],
  ['words that need quotes', machine({ exec: ["it's", 'a b'] }), relay, "shell    'it'\\''s' 'a b' bash\n"],
  ['what it waits for', container, { state: 'waiting', problem: 'no A record' }, 'waiting  no A record\n'],
] as const)('a person is told %s', (_, where, what, text) => {
  expect(machineText(where, what)).toContain(text);
});

test('an address needs no entry in /etc/hosts', () => {
  expect(machineText(container, { ...relay, domain: '10.219.0.2' })).not.toContain('/etc/hosts');
});
