import { expect, test } from 'vitest';
import { withDefaults } from '../../src/config/schema.ts';
import { limitsOf } from '../../src/model/limits.ts';

const GiB = 1024 ** 3;

test.each([
  [0.25 * GiB, 1000, 32, 7],
  [0.95 * GiB, 1000, 121, 25],
  [2 * GiB, 1000, 256, 52],
  [16 * GiB, 1000, 1000, 200],
  [16 * GiB, 10, 10, 2],
  [Number.POSITIVE_INFINITY, 1000, 1000, 200],
  [0, 1000, 20, 4],
  [0, 10, 10, 2],
])(
  'with %d bytes of memory and at most %d, SMTP has %d processes, one client %d',
  (memory, most, all, one) => {
    const limits = limitsOf(withDefaults({ max_smtp_connections: most }), memory);
    expect(limits).toMatchObject({ smtpConnections: all, smtpConnectionsPerClient: one });
    expect(limits.mxdelivConnections).toBe(Math.ceil(all / 2));
  },
);

test.each([
  [10_000, 11_000, 2200, 33_000],
  [10, 1010, 202, 3030],
  [1_000_000, 1_001_000, 200_200, 524_288],
])('for %d connections of IMAP: %d logins, %d of one client, %d of nginx', (most, logins, one, all) =>
  expect(limitsOf(withDefaults({ max_imap_connections: most }), GiB)).toMatchObject({
    loginClients: logins,
    connectionsPerClient: one,
    nginxConnections: all,
  }),
);
