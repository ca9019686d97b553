import { expect, onTestFinished, test, vi } from 'vitest';
import { listUsers, showUser } from '../../../src/relay/admin/users.ts';
import type { Arguments } from '../../../src/relay/lib/command.ts';
import { DOMAIN, type MailTree, mailTree, messageName, relayModel } from '../temp-mail.ts';

/** Runs a command as somebody who is not root, who would have to become vmail. */
const printed = async (
  command: (given: Arguments) => number | Promise<number>,
  { words = [], flags = [] }: { words?: string[]; flags?: string[] },
) => {
  const [out, err]: [string[], string[]] = [[], []];
  const spies = [
    vi.spyOn(process, 'geteuid').mockReturnValue(1000),
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0),
  ];
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  const given = { args: flags, words, has: (flag: string) => flags.includes(flag), values: () => [] };
  const status = await command(given);
  return { status, out: out.join(''), err: err.join('') };
};

const list = (mail: MailTree, ...flags: string[]) =>
  printed((given) => listUsers(relayModel(), given, mail.root), { flags });

test('a relay without addresses says that there are none', async () => {
  const mail = mailTree();
  expect(await list(mail)).toEqual({ status: 0, out: 'there are no addresses yet\n', err: '' });
  expect(await list(mail, '--json')).toEqual({ status: 0, out: '[]\n', err: '' });
});

test('a folder without a password is no address', async () => {
  const mail = mailTree();
  mail.mailbox('leftover');
  expect((await list(mail)).out).toBe('there are no addresses yet\n');
});

test('each address has a line', async () => {
  const mail = mailTree();
  mail.mailbox('alice', 1);
  mail.mailbox('bob', 3);
  mail.file(`alice@${DOMAIN}/cur/${messageName(1, 1_048_576)}`);
  expect((await list(mail)).out.split('\n').sort()).toEqual([
    '',
    'alice@chat.example                last login 2024-10-03  1 message  1M',
    'bob@chat.example                  last login 2024-10-01  0 messages  0',
  ]);
});

test('one address is shown with all that is known of it', async () => {
  const mail = mailTree();
  mail.mailbox('alice', 1);
  mail.file(`alice@${DOMAIN}/cur/${messageName(1, 1_048_576)}`);
  const show = (word: string) =>
    printed((given) => showUser(relayModel(), given, mail.root), { words: [word] });
  expect((await show(`alice@${DOMAIN}`)).out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['address', `alice@${DOMAIN}`],
    ['last login', '2024-10-03'],
    ['blocked', 'no'],
    ['encrypted only', 'no'],
    ['messages', '1'],
    ['devices', '0'],
    ['stored', '1M of 500M'],
    [''],
  ]);
  expect(await show('nobody')).toEqual({ status: 1, out: '', err: 'chatmail: no such address: "nobody"\n' });
});
