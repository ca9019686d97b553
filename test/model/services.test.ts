import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readersOf, socketPath } from '../../src/model/readers.ts';
import { SERVICES } from '../../src/model/services.ts';
import { PROJECT } from '../../src/package/paths.ts';

test.each([
  [[], []],
  [['/etc/postfix/main.cf', '/etc/postfix/master.cf'], ['postfix@-.service']],
  [['/etc/chatmail/dovecot.conf'], ['dovecot.service']],
  [['/etc/chatmail/dovecot-auth.conf.ext'], ['dovecot.service']],
  [['/etc/chatmail/opendkim.conf'], ['opendkim.service']],
  [['/etc/chatmail/nginx.conf'], ['nginx.service']],
  [['/etc/unbound/unbound.conf.d/chatmail.conf'], ['unbound.service']],
  [
    ['/etc/chatmail/relay.json'],
    [
      'chatmail-doveauth.service',
      'chatmail-filtermail.service',
      'chatmail-courier.service',
      'chatmail-web.service',
      'chatmail-echobot.service',
    ],
  ],
  [['/var/lib/chatmail/tls/fullchain'], ['postfix@-.service', 'dovecot.service', 'nginx.service']],
  [['/etc/ssl/certs/mailserver.pem'], ['postfix@-.service', 'dovecot.service', 'nginx.service']],
  [['/etc/chatmail/turnserver.conf'], ['chatmail-doveauth.service', 'chatmail-turn.service']],
  [['/etc/chatmail/iroh-relay.toml'], ['chatmail-iroh.service']],
  [['/etc/chatmail/dovecot-push.lua'], ['dovecot.service']],
  [['/var/www/chatmail/index.html'], []],
])('after %j: %j', (changed, units) => {
  expect(readersOf(changed)).toEqual(units);
});

test('a unit and a socket are in the table once', () => {
  const sockets = SERVICES.flatMap(({ sockets = [] }) => sockets);
  for (const names of [
    SERVICES.map(({ unit }) => unit),
    sockets.map(({ name }) => name),
    sockets.map(({ path }) => path),
  ])
    expect(new Set(names).size).toBe(names.length);
});

test('every probe asks a socket of its own service', () => {
  for (const { unit, probe, sockets = [] } of SERVICES)
    if (probe)
      expect([unit, sockets.map(({ name }) => name)]).toEqual([unit, expect.arrayContaining([probe.socket])]);
});

test('a socket that nobody knows is a mistake', () => {
  expect(() => socketPath('nobody')).toThrow('no socket is called nobody');
});

test('every user of ours is made by the package', () => {
  const made = readFileSync(`${PROJECT}templates/usr/lib/sysusers.d/chatmail.conf`, 'utf8');
  const users = SERVICES.filter(({ unit, user }) => unit.startsWith('chatmail-') && !user.includes(' ')).map(
    ({ user }) => user,
  );
  for (const user of users) expect(made).toMatch(new RegExp(`^u ${user} `, 'm'));
});

/** Of units in the extras, which an update or its timer starts. */
const COUNTED_BY_EXTRAS = ['archive_checks', 'updates'];

test('what can be counted is counted by a service of the table, or by the extras', () => {
  const code = readFileSync(`${PROJECT}src/relay/lib/metrics.ts`, 'utf8');
  const counted = /interface Counted \{(.*?)\n\}/s.exec(code)?.[1] ?? '';
  const names = [...counted.matchAll(/^ {2}readonly (\w+):/gm)].map(([, name]) => name);
  const counts = SERVICES.flatMap((service) => service.counts ?? []);
  expect([...new Set([...counts, ...COUNTED_BY_EXTRAS])].sort()).toEqual(names.sort());
});
