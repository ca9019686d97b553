import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startVerification } from '../../src/relay/filtermail/dkim/verification.ts';
import { makeDkimSigner } from './dkim-signer.ts';
import { type Opendkim, startOpendkim } from './opendkim.ts';

/** Messages that three programs sign, and on which two of them and the filter agree. */
const DOMAIN = 'example.org';
const SIGNERS = {
  short: makeDkimSigner('rsa', 1024),
  usual: makeDkimSigner('rsa', 2048),
  large: makeDkimSigner('rsa', 4096),
  edwards: makeDkimSigner('ed25519'),
};
type Selector = keyof typeof SIGNERS;
const SELECTORS = Object.keys(SIGNERS) as Selector[];
const records = new Map(
  SELECTORS.map((selector) => [`${selector}._domainkey.${DOMAIN}`, SIGNERS[selector].record]),
);
const WAYS = ['simple', 'relaxed'] as const;
const PAIRS = WAYS.flatMap((header) => WAYS.map((body) => ({ header, body })));

const mail = (body: string, ...lines: readonly string[]): string =>
  ['From: Alice <alice@example.org>', 'To: bob@relay.test', ...lines, '', body].join('\r\n');

// biome-ignore format: one line per case
const MESSAGES: readonly string[] = [
  mail('Hello Bob\r\n', 'Subject: ordinary', 'Date: Sat, 28 Nov 2026 23:00:00 +0000', 'Message-ID: <a@example.org>'),
  mail('', 'Subject: nothing'),
  mail('\r\n\r\n', 'Subject: empty lines'),
  mail('a\r\n\r\n\r\n\r\n', 'Subject: empty lines at the end'),
  mail(' a  b\t c \t\r\n\r\n \r\nd \r\n', 'Subject: white space'),
  mail('H\xc3\xa4\xff \xa0\r\n', 'Subject: 8 bits \xc3\xa4'),
  mail(`${'x '.repeat(490)}\r\n${'y'.repeat(998)}\r\n`, 'Subject: long lines'),
  mail('.\r\n..\r\n.a\r\n', 'Subject: dots'),
  mail('a\r\n', 'Subject: folded', '\tand  odd \t', '   space', 'Date:no space'),
  mail('a\r\n', 'Subject: twice', 'Subject: twice', 'X-A: 1', 'x-a: 2', 'To: carol@relay.test'),
  mail('a\r\n', 'Subject:', 'Date: ', 'X-A:\t'),
  mail('a\r\n', `Autocrypt: addr=alice@example.org; keydata=${Array.from({ length: 60 }, () => 'A'.repeat(76)).join('\r\n ')}`),
];
const CHANGES: readonly (readonly [string, string])[] = [
  ['Subject: ordinary', 'Subject: changed'],
  ['Hello Bob', 'Hello Eve'],
  ['To: bob@relay.test', 'To:  bob@relay.test'],
  ['a\r\n\r\n\r\n\r\n', 'a\r\n'],
  [' a  b', ' a b'],
  ['To: bob', 'X-New: 1\r\nTo: bob'],
];
const changed = (texts: readonly string[]): string[] =>
  texts.flatMap((text) =>
    CHANGES.filter(([before]) => text.includes(before)).map(([before, after]) => text.replace(before, after)),
  );

const ownSigned = (): string[] => [
  ...PAIRS.flatMap((pair) =>
    MESSAGES.map((text) => SIGNERS.usual.sign(text, DOMAIN, { ...pair, selector: 'usual' })),
  ),
  ...PAIRS.flatMap((pair) =>
    (['short', 'large', 'edwards'] as const).map((selector) =>
      SIGNERS[selector].sign(MESSAGES[0] ?? '', DOMAIN, { ...pair, selector }),
    ),
  ),
];

const pemOf = (selector: Selector): string => {
  const key = SIGNERS[selector].privateKey;
  return selector === 'edwards'
    ? key.export({ type: 'pkcs8', format: 'der' }).subarray(-32).toString('base64')
    : String(key.export({ type: 'pkcs1', format: 'pem' }));
};

const toSign = PAIRS.flatMap((pair) =>
  MESSAGES.flatMap((message) =>
    (['usual', 'edwards'] as const).map((selector) => ({
      ...pair,
      message,
      selector,
      domain: DOMAIN,
      key: pemOf(selector),
      algorithm: selector === 'edwards' ? 'ed25519-sha256' : 'rsa-sha256',
    })),
  ),
);

const findingOf = (text: string) => {
  const end = text.indexOf('\r\n\r\n');
  const fields = text
    .slice(0, end)
    .split(/\r\n(?![ \t])/)
    .map((field) => {
      const colon = field.indexOf(':');
      return { name: field.slice(0, colon), value: field.slice(colon + 1).replaceAll('\r\n', '\n') };
    });
  const verification = startVerification(fields, DOMAIN);
  verification.body(Buffer.from(text.slice(end + 4), 'latin1'));
  const ask = async (name: string) => [records.get(name) ?? ''];
  return verification.finding({ ask, askAnew: ask }, Date.now() / 1000);
};

let folder: string;
let daemons: Opendkim[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-table-'));
  const key = join(folder, 'key');
  writeFileSync(key, pemOf('usual'), { mode: 0o600 });
  const signing = `Domain ${DOMAIN}\nSelector usual\nKeyFile ${key}\nSignHeaders *,+autocrypt,+content-type\nOversignHeaders From,To,Cc,Subject,Date,Autocrypt\n`;
  daemons = await Promise.all(
    PAIRS.map(({ header, body }) =>
      startOpendkim(folder, {
        name: `${header}-${body}`,
        lines: `${signing}Canonicalization ${header}/${body}\n`,
        records,
      }),
    ),
  );
});
afterAll(async () => {
  for (const daemon of daemons) await daemon.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('OpenDKIM, dkimpy and the filter agree', async () => {
  const byOpendkim = (
    await Promise.all(
      daemons.map((daemon) =>
        Promise.all(MESSAGES.map(async (text) => (await daemon.ask(text, 'here')) + text)),
      ),
    )
  ).flat();
  expect(byOpendkim.filter((text) => !text.startsWith('DKIM-Signature:'))).toEqual([]);
  const ours = ownSigned();
  const given = {
    records: Object.fromEntries(records),
    sign: toSign,
    changes: CHANGES,
    verify: [...byOpendkim, ...ours, ...changed(byOpendkim), ...changed(ours)],
  };
  const table = JSON.parse(
    execFileSync('/usr/bin/python3', ['test/machine/dkim-table.py'], {
      input: JSON.stringify(given),
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    }),
  ) as (readonly [string, boolean])[];
  const [daemon] = daemons;
  const counts = { pass: 0, fail: 0 };
  for (const [text, isValid] of table) {
    const theirs = isValid ? 'pass' : 'fail';
    const field = (await daemon?.ask(text, 'elsewhere')) ?? '';
    const [, opendkim] = /dkim=(pass|fail)/.exec(field) ?? [];
    expect([text, await findingOf(text), opendkim]).toEqual([text, theirs, theirs]);
    counts[theirs]++;
  }
  expect(counts.pass).toBeGreaterThan(150);
  expect(counts.fail).toBeGreaterThan(50);
});
