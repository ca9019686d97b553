import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readIni } from '../../src/config/read-ini.ts';

const MiB = 1024 ** 2;
const read = (text: string) => readIni({ name: 'chatmail.ini', text });

/** In the manner of upstream's file. */
const UPSTREAM = `[params]

# mail domain (MUST be set to fully qualified chat mail domain)
mail_domain = chat.example.org

#
# Account Restrictions
#

# how many mails a user can send out per minute
max_user_send_per_minute = 60
max_mailbox_size = 500M
max_message_size = 31457280
disable_ipv6 = False
acme_email =
iroh_relay =
mtail_address = 192.0.2.1
passthrough_senders =
passthrough_recipients = xstore@testrun.org echo@chat.example.org
; tls_external_cert_and_key = /a /b
tls_external_cert_and_key = /etc/ssl/chain.pem /etc/ssl/key.pem
privacy_postal =
  Example e.V.,
  Example Street 1
privacy_pdo: "Jane Doe"
`;

test("upstream's file", () => {
  const layer = read(UPSTREAM);
  expect(layer).toMatchObject({ ok: true });
  expect(layer.ok && layer.value).toEqual({
    mail_domain: 'chat.example.org',
    max_user_send_per_minute: 60,
    max_mailbox_size: 500 * 1024 ** 2,
    max_message_size: 31_457_280,
    disable_ipv6: false,
    iroh_relay: '',
    metrics_address: '192.0.2.1',
    tls_external_cert_and_key: ['/etc/ssl/chain.pem', '/etc/ssl/key.pem'],
    privacy_postal: 'Example e.V., Example Street 1',
    privacy_pdo: 'Jane Doe',
  });
  expect(layer.problems.map(({ code, severity, path }) => [code, severity, path[0]])).toEqual([
    ['no-effect', 'warning', 'passthrough_senders'],
    ['no-effect', 'warning', 'passthrough_recipients'],
  ]);
});

describe('good files', () => {
  test.each<[string, object]>([
    ['', {}],
    ['[params]\n', {}],
    ['max_load_1m = 3\n', { max_load_1m: 3 }],
    ['[params]\r\nmax_load_1m = 3\r\n', { max_load_1m: 3 }],
    ['[params]\nmax_load_1m=3', { max_load_1m: 3 }],
    ['[params]\niroh_relay = https://a.org/?b=c\n', { iroh_relay: 'https://a.org/?b=c' }],
    ["[params]\nprivacy_pdo = 'a; b # c'\n", { privacy_pdo: 'a; b # c' }],
    // Upstream counts in megabytes, but for the size of a message.
    ['min_available_memory = 200\n', { min_available_memory: 200 * MiB }],
    ['min_free_disk_space = 1024\n', { min_free_disk_space: 1024 * MiB }],
    ['max_mailbox_size = 1048576\n', { max_mailbox_size: 1024 ** 2 * MiB }],
    ['max_message_size = 31457280\n', { max_message_size: 31_457_280 }],
    ['max_mailbox_size = 500mb\n', { max_mailbox_size: 500 * MiB }],
    ['max_mailbox_size = 2 GiB\n', { max_mailbox_size: 2048 * MiB }],
    ['max_load_1m = 7.5\n', { max_load_1m: 7.5 }],
    [
      'disable_ipv6 = yes\nimap_rawlog = No\nimap_compress = on\n',
      { disable_ipv6: true, imap_rawlog: false, imap_compress: true },
    ],
    ['turn_socket_path = /run/chatmail-turn/turn.socket\n', {}],
    ['www_folder = disabled\n', {}],
    ['www_folder = Disabled\n', {}],
    ['www_folder = /srv/www\n', { www_folder: '/srv/www' }],
    [
      'privacy_postal =\n    Example e.V.\n    # c/o\n\n\tStreet: 1 = 2\n    12345 Town;\nprivacy_pdo = x\n',
      { privacy_postal: 'Example e.V. Street: 1 = 2 12345 Town;', privacy_pdo: 'x' },
    ],
  ])('%j', (text, value) => {
    const layer = read(text);
    expect(layer.ok && layer.value).toEqual(value);
  });
});

describe('problems and their places', () => {
  test.each<[string, readonly string[]]>([
    ['[params]\nfoo = 1\n', ['unknown-setting foo']],
    ['[params]\nhello\n', ['bad-line hello']],
    ['[params]\n= 5\n', ['bad-line = 5']],
    ['[params]\nmax_load_1m = five\n', ['wrong-type five']],
    ['[params]\nmax_load_1m = 1\nmax_load_1m = 2\n', ['duplicate-setting max_load_1m']],
    ['[params]\nprivacy_pdo =\n  a\x07\n  b\n', ['bad-characters a\x07\n  b']],
    ['[other]\nmax_load_1m = five\n', ['no-effect max_load_1m']],
    ['[params]\nmailboxes_dir = /x\n', ['no-effect mailboxes_dir']],
    ['turn_socket_path = /run/x\n', ['no-effect turn_socket_path']],
    ['www_folder = disabled\n', ['no-effect www_folder']],
    ['max_mailbox_size = much\n', ['bad-size much']],
    ['max_mailbox_size = 1.5\n', ['bad-size 1.5']],
    ['disable_ipv6 = perhaps\n', ['wrong-type perhaps']],
    ['#'.repeat(65_537), ['too-large ']],
  ])('%j', (text, problems) => {
    const found = read(text).problems.map(
      ({ code, range, source }) => `${code} ${range ? source?.text.slice(range.start, range.end) : ''}`,
    );
    expect(found).toEqual(problems);
  });
});

test('it never throws, and ranges lie in the text', () => {
  const piece = fc.constantFrom(
    '[params]',
    '[',
    ']',
    '=',
    ':',
    ' ',
    '\n',
    '\r\n',
    '\t',
    'max_load_1m',
    '5',
    '#',
    ';',
    '"',
    'é',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(text, (written) => {
      for (const { range } of read(written).problems) {
        if (!range) continue;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeGreaterThanOrEqual(range.start);
        expect(range.end).toBeLessThanOrEqual(written.length);
      }
    }),
  );
});
