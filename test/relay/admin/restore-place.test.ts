import { expect, test } from 'vitest';
import { placeOf } from '../../../src/relay/admin/restore-place.ts';

const MAIL = 'home/vmail/mail/chat.example';
const BOX = `${MAIL}/alice@chat.example`;
const mail = (path: string) => ({ is: 'mail', domain: 'chat.example', address: 'alice@chat.example', path });

test.each<[string, unknown]>([
  [BOX, mail('')],
  [`./${BOX}/`, mail('')],
  [`/${BOX}/password`, mail('password')],
  [`${BOX}/.Folder/cur/1.M1P1.host,S=1:2,S`, mail('.Folder/cur/1.M1P1.host,S=1:2,S')],
  [
    'home/vmail/mail/192.0.2.1/a@[192.0.2.1]/password',
    { is: 'mail', domain: '192.0.2.1', address: 'a@[192.0.2.1]', path: 'password' },
  ],
  ['home/vmail/mail/_chat.example', { is: 'domain', domain: '_chat.example' }],
  ['etc/dkimkeys/opendkim.private', { is: 'key' }],
  ['./etc/chatmail/chatmail.yaml', { is: 'settings' }],
  ['/etc/chatmail-nocreate', { is: 'noCreate' }],
  ['home/vmail/mail/invitations', { is: 'invitations' }],
  ['var/lib/acme/accounts/a/privkey', { is: 'acme', path: 'accounts/a/privkey' }],
  ['var/lib/acme/live/chat.example', { is: 'acme', path: 'live/chat.example' }],
])('%s is restored', (name, place) => expect(placeOf(name)).toEqual(place));

test.each([
  '',
  './',
  'home',
  'home/vmail/mail/',
  'etc/dkimkeys',
  'etc/dkimkeys/opendkim.txt',
  'etc/chatmail/relay.json',
  'var/lib/acme/conf/target',
  'var/lib/acme/live',
])('%j is on the way, or made anew', (name) => expect(placeOf(name)).toEqual({ is: 'passed over' }));

test.each([
  'etc/shadow',
  'etc/chatmail/other',
  'etc/chatmail-nocreate/x',
  'home/vmail/mail/invitations/x',
  'etc/chatmail/chatmail.yaml/x',
  '../../etc/out',
  `${MAIL}/../../../../etc/out`,
  `${BOX}/../../x`,
  'home/vmail/mail/.restore/x',
  'home/vmail/mail/a b/x',
  `${MAIL}/alice@other.example/password`,
  `${MAIL}/Alice@chat.example/password`,
  `${MAIL}/file`,
  `${BOX}/a\nb`,
  `${BOX}/${'x'.repeat(256)}`,
  `${BOX}/1/2/3/4/5/6`,
  'l/out4',
  'home/vmail/.ssh/authorized_keys',
])('%j is refused', (name) => expect(placeOf(name).is).toBe('refused'));

test('what is refused says why', () =>
  expect(placeOf('../x')).toEqual({ is: 'refused', why: 'leads out of its folder' }));
