import { resolve } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withDefaults } from '../../../src/config/schema.ts';
import { modelOf } from '../../../src/model/model.ts';
import { mailboxFinder } from '../../../src/relay/doveauth/mailbox.ts';

const finder = (domain: string) =>
  mailboxFinder(modelOf({ ...withDefaults({}), mail_domain: domain }), '/mail');

test.each([
  ['chat.example', 'alice@chat.example', '/mail/chat.example/alice@chat.example'],
  ['chat.example', 'ALICE@Chat.Example', '/mail/chat.example/alice@chat.example'],
  ['chat.example', 'a+b=c@chat.example', '/mail/chat.example/a+b=c@chat.example'],
  ['chat.example', '..@chat.example', '/mail/chat.example/..@chat.example'],
  ['192.0.2.1', 'alice@[192.0.2.1]', '/mail/192.0.2.1/alice@[192.0.2.1]'],
  ['192.0.2.1', 'alice@192.0.2.1', undefined],
  ['chat.example', 'alice@other.example', undefined],
  ['chat.example', 'alice@xchat.example', undefined],
  ['chat.example', 'alicechat.example', undefined],
  ['chat.example', '@chat.example', undefined],
  ['chat.example', '', undefined],
  ['chat.example', '../alice@chat.example', undefined],
  ['chat.example', 'a/b@chat.example', undefined],
  ['chat.example', 'a\0@chat.example', undefined],
  ['chat.example', 'a b@chat.example', undefined],
  ['chat.example', 'ä@chat.example', undefined],
  ['chat.example', `${'x'.repeat(64)}@chat.example`, `/mail/chat.example/${'x'.repeat(64)}@chat.example`],
  ['chat.example', `${'x'.repeat(65)}@chat.example`, undefined],
])('on %s: %j is %j', (domain, address, home) => expect(finder(domain)(address)?.home).toBe(home));

test('no address leads out of the folder', () => {
  const find = finder('chat.example');
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('.', '/', 'a', '@', '\\', '%') }), (name) => {
      const home = find(`${name}@chat.example`)?.home;
      if (home !== undefined) expect(resolve(home, '..')).toBe('/mail/chat.example');
    }),
  );
});
