import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withDefaults } from '../../../src/config/schema.ts';
import { modelOf } from '../../../src/model/model.ts';
import { createInvitation, listInvitations, revokeInvitation } from '../../../src/relay/admin/invite.ts';
import { openInvitations } from '../../../src/relay/invitations/open.ts';
import { readArguments } from '../../../src/relay/lib/command.ts';
import { dictClient } from '../../../src/relay/lib/dict-client.ts';
import { serveDict } from '../../../src/relay/lib/dict-server.ts';
import type { Service } from '../../../src/relay/lib/service.ts';

const model = modelOf({ ...withDefaults({ registration: 'invite' }), mail_domain: 'chat.example' });

let folder: string;
let service: Service;
let said: { out: string; err: string };
const dict = () => dictClient(join(folder, 'socket'));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'invite-'));
  said = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said.out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.err += text;
    return true;
  });
  const { operator } = openInvitations(join(folder, 'file'), {
    isTaken: () => false,
    whyClosed: () => undefined,
  });
  service = serveDict({ lookup: operator }, [{ path: join(folder, 'socket') }]);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await service.close();
  rmSync(folder, { recursive: true });
});

const given = (...args: string[]) => {
  const read = readArguments('[--uses N] [--days D] [--note TEXT] [--json] [INVITATION]', args);
  if (typeof read === 'string') throw new Error(read);
  return read;
};
const create = (...args: string[]) => createInvitation(model, given(...args), dict());

test('an invitation is made, listed and revoked', async () => {
  await create('--uses', '3', '--days=2', '--note', 'für Jürgen');
  expect(said.out).toMatch(
    /^https:\/\/chat\.example\/i\/[\w-]{22}\n3 accounts, until \d{4}-\d\d-\d\d; it is not shown again\n$/,
  );
  expect(said.err).toBe('');
  const [link = ''] = said.out.split('\n');
  said.out = '';
  await listInvitations(given(), dict());
  expect(said.out).toMatch(
    /^id {8}used {10}until {7}note\n[\da-f]{8} {2}0 of 3 {8}\d{4}-\d\d-\d\d {2}für Jürgen\n$/,
  );
  said.out = '';
  await revokeInvitation(given(link), dict());
  expect(said.out).toMatch(/^revoked [\da-f]{8}; the 0 accounts made with it stay\n$/);
  said.out = '';
  await listInvitations(given(), dict());
  expect(said.out).toBe('no invitations: `chatmail invite create` makes one\n');
});

test('each prints JSON', async () => {
  await create('--json');
  const { id, link, uses, until } = JSON.parse(said.out);
  expect([link, uses]).toEqual([expect.stringContaining('https://chat.example/i/'), 1]);
  said.out = '';
  await listInvitations(given('--json'), dict());
  expect(JSON.parse(said.out)).toMatchObject([{ id, until, joined: 0, left: 1, note: '' }]);
  said.out = '';
  await revokeInvitation(given('--json', id), dict());
  expect(JSON.parse(said.out)).toMatchObject({ revoked: { id } });
});

test.each([
  ['--uses=many', '--uses must be a number, not "many"'],
  ['--uses=0', 'uses must be from 1 to 10000'],
  ['--days=99999', 'days must be from 1 to 3650'],
])('%s: %s', (option, message) => expect(create(option)).rejects.toThrow(message));

test.each([
  ['open', 'anybody can join this relay without an invitation'],
  ['closed', 'nobody can join this relay'],
] as const)('on a relay that is %s, it says so', async (registration, remark) => {
  const { settings } = model;
  await createInvitation({ ...model, settings: { ...settings, registration } }, given(), dict());
  expect(said.err).toContain(remark);
});

test('a login service that does not answer, and one that has no invitations', async () => {
  await service.close();
  await expect(create()).rejects.toThrow('the login service does not answer');
  service = serveDict({}, [{ path: join(folder, 'socket') }]);
  await expect(create()).rejects.toThrow('systemctl restart chatmail-doveauth');
});
