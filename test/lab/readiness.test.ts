import { expect, test } from 'vitest';
import { GuestConsole } from '../../src/lab/console.ts';
import { problemText, readAnnouncement, relayOutcome } from '../../src/lab/readiness.ts';

const ready = (domain: string, relayAddress: string) => ({ state: 'ready', domain, relayAddress });

test.each([
  ['chatmail: ready: chat.example at 192.0.2.1', ready('chat.example', '192.0.2.1')],
  ['chatmail: ready: 192.0.2.1 at 192.0.2.1', ready('192.0.2.1', '192.0.2.1')],
  ['relay login: chatmail: ready: _a.example at 2001:db8::1', ready('_a.example', '2001:db8::1')],
  ['[   12.3] chatmail[99]: chatmail: ready: a.example at 192.0.2.1', ready('a.example', '192.0.2.1')],
  ['chatmail: error: unknown setting `x`', { state: 'error', problem: 'unknown setting `x`' }],
  ['chatmail: waiting: no A record', { state: 'waiting', problem: 'no A record' }],
  ['chatmail: ready:  at ', undefined],
  ['chatmail: ready: a.example at nowhere', undefined],
  ['chatmail: ready: a.example at 192.0.2.1 and more', undefined],
  ['chatmail: ready: evil"}\\ at 192.0.2.1', undefined],
  ['notchatmail: ready: a.example at 192.0.2.1', undefined],
  ['chatmail: starting', undefined],
  ['', undefined],
])('%s', (line, outcome) => {
  expect(readAnnouncement(line)).toEqual(outcome);
});

test.each([
  ['one line', ['boot', 'chatmail: error: bad domain', 'login:'], 'bad domain'],
  [
    'its caret',
    ['login: chatmail: error: bad', 'chatmail:   1 | x', 'chatmail:     ^', '[ OK ]'],
    'bad\n  1 | x\n    ^',
  ],
  [
    'two problems and the blank line between them',
    ['chatmail: error: bad', 'chatmail:', 'chatmail: worse'],
    'bad\n\nworse',
  ],
  ['up to the end', ['chatmail: error: bad', 'chatmail: hint'], 'bad\nhint'],
])('the problem, %s', (_, lines, text) => {
  expect(problemText(lines)).toBe(text);
});

test('a relay’s word ends the waiting', async () => {
  const console = new GuestConsole();
  const outcome = relayOutcome(console);
  console.append(Buffer.from('boot\nchatmail: ready: a.example at 192.0.2.1\n'));
  expect(await outcome).toEqual(ready('a.example', '192.0.2.1'));
});

test('a machine that ends without a word', async () => {
  const console = new GuestConsole();
  console.append(Buffer.from('boot\n'));
  console.end();
  expect(await relayOutcome(console)).toBeUndefined();
});
