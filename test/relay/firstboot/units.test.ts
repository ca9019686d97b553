import { expect, test } from 'vitest';
import { unitsFor } from '../../../src/relay/firstboot/units.ts';

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
  [['/etc/chatmail/turnserver.conf'], ['chatmail-turn.service', 'chatmail-doveauth.service']],
  [['/etc/chatmail/iroh-relay.toml'], ['chatmail-iroh.service']],
  [['/etc/chatmail/dovecot-push.lua'], ['dovecot.service']],
  [['/var/www/chatmail/index.html'], []],
])('after %j: %j', (changed, units) => {
  expect(unitsFor(changed)).toEqual(units);
});
