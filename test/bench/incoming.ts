import { makeDkimSigner } from '../machine/dkim-signer.ts';
import { endpoint, type Relay, shell } from '../machine/relay.ts';
import { atLeast, type Figure, median } from './figures.ts';
import { loadMail, Session } from './smtp-load.ts';

const SESSIONS = 10;
const PER_SESSION = 150;
const ROUNDS = 5;
const SIZE = 5000;
const DOMAIN = 'sender.example';
/** Nobody verifies in the filter what comes from an address literal; OpenDKIM verifies every signature. */
const SENDERS = { filter: `alice@${DOMAIN}`, opendkim: 'alice@[192.0.2.99]' } as const;

const RELOAD = 'postfix reload 2> /dev/null';
const milters = (...names: readonly string[]) =>
  `postconf -P "127.0.0.1:10026/inet/smtpd_milters=${names.map((name) => `unix:${name}`).join(',')}"; ${RELOAD}`;
const CHAIN = {
  filter: milters('chatmail/incoming.sock'),
  opendkim: milters('opendkim/verify.sock', 'chatmail/incoming.sock'),
} as const;

/** unbound knows the key; OpenDKIM verifies as it did before filtermail; what is taken is thrown away. */
const prepare = (record: string): string => `
cat > /etc/unbound/unbound.conf.d/bench.conf <<'END'
server:
  local-zone: "${DOMAIN}." static
  local-data: 'mail._domainkey.${DOMAIN}. 3600 IN TXT ${(record.match(/.{1,200}/g) ?? []).map((part) => `"${part}"`).join(' ')}'
END
systemctl restart unbound
cat > /run/verify.conf <<'END'
Syslog yes
SyslogSuccess no
Mode v
Socket local:/var/spool/postfix/opendkim/verify.sock
UMask 007
AuthservID bench
AlwaysAddARHeader yes
Nameservers 127.0.0.1
END
systemd-run -q --unit=bench-verify -p User=opendkim -p Group=postfix /usr/sbin/opendkim -f -x /run/verify.conf
for i in $(seq 100); do [ -S /var/spool/postfix/opendkim/verify.sock ] && break; sleep .05; done
postconf -e local_transport=discard:
`;
const RESTORE = `${CHAIN.filter}; postconf -e 'local_transport = lmtp:unix:private/dovecot-lmtp'; ${RELOAD}
systemctl stop bench-verify; rm /etc/unbound/unbound.conf.d/bench.conf; systemctl restart unbound`;

/** Messages a second that are taken from other servers, and then thrown away. */
const rate = async (relay: Relay, to: string, sender: string, mail: Buffer): Promise<number> => {
  const { host, port } = endpoint(relay, 'smtp');
  const start = performance.now();
  await Promise.all(
    Array.from({ length: SESSIONS }, async () => {
      const session = await Session.openIncoming({ host, port, sender });
      for (let i = 0; i < PER_SESSION; i++) await session.send(to, mail);
      session.close();
    }),
  );
  return (1000 * SESSIONS * PER_SESSION) / (performance.now() - start);
};

/** DKIM verified in the filter, beside OpenDKIM that verifies in front of a filter that does not. */
export const incomingFigures = async (relay: Relay, to: string): Promise<Figure[]> => {
  const signer = makeDkimSigner();
  await shell(relay, prepare(signer.record));
  try {
    const mailFrom = async (sender: string) => {
      const mail = (await loadMail(sender, to, SIZE)).toString('latin1').replace(/\.\r\n$/, '');
      return Buffer.from(`${signer.sign(mail, DOMAIN)}.\r\n`, 'latin1');
    };
    const measured: Record<keyof typeof SENDERS, number[]> = { opendkim: [], filter: [] };
    for (let round = 0; round <= ROUNDS; round++)
      for (const who of ['opendkim', 'filter'] as const) {
        await shell(relay, CHAIN[who]);
        const found = await rate(relay, to, SENDERS[who], await mailFrom(SENDERS[who]));
        // The first warms up.
        if (round > 0) measured[who].push(found);
      }
    const [filter, opendkim] = [median(measured.filter), median(measured.opendkim)];
    return [
      atLeast(
        `incoming: ${filter.toFixed(0)} a second, beside ${opendkim.toFixed(0)} with OpenDKIM verifying`,
        filter / opendkim,
        '×',
        1.2,
      ),
    ];
  } finally {
    await shell(relay, RESTORE);
  }
};
