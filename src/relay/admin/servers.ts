/** What must stand still while mail and keys are changed beneath it; `configure` starts it again. */
export const SERVERS = [
  'postfix@-.service',
  'dovecot.service',
  'opendkim.service',
  'chatmail-doveauth.service',
  'chatmail-filtermail.service',
];
