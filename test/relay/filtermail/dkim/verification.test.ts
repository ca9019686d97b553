import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keyFor } from '../../../../src/relay/filtermail/dkim/key-record.ts';
import { parseSignature } from '../../../../src/relay/filtermail/dkim/signature.ts';
import { parseTagList } from '../../../../src/relay/filtermail/dkim/tag-list.ts';
import { type Keys, startVerification } from '../../../../src/relay/filtermail/dkim/verification.ts';
import { makeDkimSigner, type Signing } from '../../../machine/dkim-signer.ts';
import { crlf, mail } from '../mail.ts';

const fieldsOf = (text: string) =>
  text
    .slice(0, text.indexOf('\r\n\r\n'))
    .split(/\r\n(?![ \t])/)
    .map((line) => {
      const colon = line.indexOf(':');
      return { name: line.slice(0, colon), value: line.slice(colon + 1).replaceAll('\r\n', '\n') };
    });

interface Zone {
  readonly [name: string]: readonly string[] | undefined | 'silent';
}

const keysIn = (zone: Zone, anew: Zone = zone) => {
  const asked: string[] = [];
  const asking = (records: Zone, mark: string) => async (name: string) => {
    asked.push(mark + name);
    const found = records[name];
    return found === 'silent' ? undefined : (found ?? []);
  };
  return { asked, ask: asking(zone, ''), askAnew: asking(anew, 'anew ') } satisfies Keys & {
    asked: string[];
  };
};

const findingOf = (text: string, domain: string, keys: Keys, now = 2_000_000_000) => {
  const verification = startVerification(fieldsOf(text), domain);
  verification.body(Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1'));
  return verification.finding(keys, now);
};

const EXAMPLE = `From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game. Are you hungry yet?

Joe.
`;
const BY_RSA_AND_SHA256 = `DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;
      c=simple/simple; q=dns/txt; i=joe@football.example.com;
      h=Received : From : To : Subject : Date : Message-ID;
      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB
        4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut
        KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV
        4bmp/YzhwvcubU4=;
Received: from client1.football.example.com  [192.0.2.1]
      by submitserver.example.com with SUBMISSION;
      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)
`;
const BY_ED25519 = `DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
`;
const BY_RSA = `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
`;
const PUBLISHED = {
  'brisbane._domainkey.example.com': [
    'v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB',
  ],
  'brisbane._domainkey.football.example.com': [
    'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
  ],
  'test._domainkey.football.example.com': [
    'v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB',
  ],
};

test.each([
  ['RFC 6376 §A.2', BY_RSA_AND_SHA256, 'example.com'],
  ['RFC 8463 §A.3, Ed25519', BY_ED25519, 'football.example.com'],
  ['RFC 8463 §A.3, RSA', BY_RSA, 'football.example.com'],
])('the example of %s', async (_, signature, domain) => {
  const text = crlf(signature + EXAMPLE);
  expect(await findingOf(text, domain, keysIn(PUBLISHED))).toBe('pass');
  expect(await findingOf(text.replace('hungry', 'angry'), domain, keysIn(PUBLISHED))).toBe('fail');
  expect(await findingOf(text.replace('dinner', 'lunch'), domain, keysIn(PUBLISHED))).toBe('fail');
});

const DOMAIN = 'example.org';
const NAME = `mail._domainkey.${DOMAIN}`;
const rsa = makeDkimSigner('rsa', 1024);
const ed25519 = makeDkimSigner('ed25519');
const message = mail('Hello  Bob \n\n\n', ['Subject', 'a\n\t b '], ['X-A', '1'], ['x-a', '2']);
const signed = (signing?: Signing, domain = DOMAIN) => rsa.sign(message, domain, signing);
const zone = { [NAME]: [rsa.record] };
const p = rsa.record.slice(rsa.record.indexOf('p='));
const tags = (text: string): Signing => ({ tags: text });
const over = ['from', 'from', 'subject', 'subject', 'to', 'x-a', 'x-a', 'x-a'];
const otherSignatures = (count: number, domain: string) =>
  `DKIM-Signature: v=1; a=rsa-sha256; d=${domain}; s=s; h=From; bh=eHg=; b=eHg=\r\n`.repeat(count);
const oversized = makeDkimSigner('rsa', 4104);
const short = makeDkimSigner('rsa', 1016);
const large = makeDkimSigner('rsa', 4096);
const exponent = (e: number) => {
  const key = generateKeyPairSync('rsa', { modulusLength: 1024, publicExponent: e });
  return makeDkimSigner('rsa', 1024, key);
};
const [three, enormous] = [exponent(3), exponent(2 ** 32 - 5)];
const pkcs1 = (() => {
  const key = generateKeyPairSync('rsa', { modulusLength: 1024 });
  return key.publicKey.export({ type: 'pkcs1', format: 'der' }).toString('base64');
})();

type Case = readonly [why: string, message: string, zone: Zone, finding: string];

// biome-ignore format: one line per case
const CASES: readonly Case[] = [
  ['simple/simple', signed(), zone, 'pass'],
  ['simple/relaxed', signed({ body: 'relaxed' }), zone, 'pass'],
  ['relaxed/simple', signed({ header: 'relaxed' }), zone, 'pass'],
  ['relaxed/relaxed', signed({ header: 'relaxed', body: 'relaxed' }), zone, 'pass'],
  ['Ed25519', ed25519.sign(message, DOMAIN), { [NAME]: [ed25519.record] }, 'pass'],
  ['Ed25519 with a key of RSA', ed25519.sign(message, DOMAIN), zone, 'fail'],
  ['RSA with a key of Ed25519', signed(), { [NAME]: [ed25519.record] }, 'fail'],
  ['a key of Ed25519 that is too short', ed25519.sign(message, DOMAIN), { [NAME]: ['k=ed25519; p=eHg='] }, 'fail'],
  ['oversigned fields', signed({ signed: over }), zone, 'pass'],
  ['a field added to oversigned ones', signed({ signed: over }).replace('X-A', 'X-A: 0\r\nX-A'), zone, 'fail'],
  ['a field added on top', `To: eve@example.org\r\n${signed()}`, zone, 'pass'],
  ['a field added below', signed().replace('X-A', 'To: eve@example.org\r\nX-A'), zone, 'fail'],
  ['a From field added below, with a CR before its name', signed().replace('X-A', '\rFrom: eve@example.org\r\nX-A'), zone, 'fail'],
  ['a From field with a CR before its name', signed({ header: 'relaxed' }).replace('From', '\rFrom'), zone, 'fail'],
  ['a field without a proper name', `X\x80: a\r\n${signed()}`, zone, 'fail'],
  ['a subject that was changed', signed().replace('Subject: a', 'Subject: b'), zone, 'fail'],
  ['a subject folded otherwise, simple', signed().replace('a\r\n\t b', 'a b'), zone, 'fail'],
  ['a subject folded otherwise, relaxed', signed({ header: 'relaxed' }).replace('a\r\n\t b', 'a b'), zone, 'pass'],
  ['a body that was changed', signed().replace('Bob', 'Eve'), zone, 'fail'],
  ['a body with more behind it', `${signed()}more\r\n`, zone, 'fail'],
  ['white space changed, simple', signed().replace('Bob ', 'Bob'), zone, 'fail'],
  ['white space changed, relaxed', signed({ body: 'relaxed' }).replace('  Bob ', ' Bob'), zone, 'pass'],
  ['empty lines at the end', `${signed()}\r\n\r\n`, zone, 'pass'],
  ['the version 2', signed().replace('v=1', 'v=2'), zone, 'fail'],
  ['l=', signed(tags(' l=5;')), zone, 'fail'],
  ['l= of all the body', signed(tags(' l=14;')), zone, 'fail'],
  ['l= with white space', signed(tags(' l \t= 5;')), zone, 'fail'],
  ['rsa-sha1', signed().replace('rsa-sha256', 'rsa-sha1'), zone, 'fail'],
  ['From that is not signed', signed({ signed: ['to'] }), zone, 'fail'],
  ['x= in time', signed(tags(' t=1; x=2000000000;')), zone, 'pass'],
  ['x= that is over', signed(tags(' t=1; x=1999999999;')), zone, 'fail'],
  ['x= before t=', signed(tags(' t=2000000002; x=2000000001;')), zone, 'fail'],
  ['x= that is no number', signed(tags(' x=tomorrow;')), zone, 'fail'],
  ['i= of the domain', signed(tags(` i=alice@${DOMAIN};`)), zone, 'pass'],
  ['i= of a domain below', signed(tags(` i=@mail.${DOMAIN};`)), zone, 'pass'],
  ['i= of another domain', signed(tags(' i=@example.net;')), zone, 'fail'],
  ['i= of a domain that ends alike', signed(tags(` i=@evil-${DOMAIN};`)), zone, 'fail'],
  ['i= without @', signed(tags(` i=${DOMAIN};`)), zone, 'fail'],
  ['i= of quoted-printable results', signed(tags(` i==3B=20dkim=3Dpass@${DOMAIN};`)), zone, 'pass'],
  ['i= with two @', signed(tags(` i=x@${DOMAIN}@example.net;`)), zone, 'fail'],
  ['d= in another case', signed({}, 'Example.ORG'), zone, 'pass'],
  ['d= of a parent', signed({}, 'org'), { 'mail._domainkey.org': [rsa.record] }, 'fail'],
  ['d= of a child', signed({}, 'mail.example.org'), { 'mail._domainkey.mail.example.org': [rsa.record] }, 'fail'],
  ['d= with a dot at its end', signed({}, 'example.org.'), zone, 'fail'],
  ['a selector with a dot', signed({ selector: 'a.b' }), { 'a.b._domainkey.example.org': [rsa.record] }, 'pass'],
  ['a selector that is no name', signed({ selector: 'a b' }), { 'a b._domainkey.example.org': [rsa.record] }, 'fail'],
  ['a selector of 64 characters', signed({ selector: 'a'.repeat(64) }), { [`${'a'.repeat(64)}._domainkey.example.org`]: [rsa.record] }, 'fail'],
  ['q= of DNS among others', signed(tags(' q=x : dns/txt;')), zone, 'pass'],
  ['q= of something else', signed(tags(' q=http;')), zone, 'fail'],
  ['an unknown tag', signed(tags(' future=1;')), zone, 'pass'],
  ['a tag that is there twice', signed(tags(' d=example.net;')), zone, 'fail'],
  ['a tag without =', signed(tags(' future;')), zone, 'fail'],
  ['two semicolons', signed(tags(';')), zone, 'pass'],
  ['a signature that is no base64', signed().replace(/ b=.*/, ' b=?'), zone, 'fail'],
  ['an unknown canonicalization', signed().replace('simple/simple', 'nofws'), zone, 'fail'],
  ['no signature', message, zone, 'fail'],
  ['a field whose name is written otherwise', signed({ header: 'relaxed' }).replace('DKIM-Signature', 'dkim-SIGNATURE '), zone, 'pass'],
  ['behind five of others', otherSignatures(5, 'example.net') + signed(), zone, 'pass'],
  ['behind fifty of others', otherSignatures(50, 'example.net') + signed(), zone, 'pass'],
  ['behind seven of its own that are not valid', otherSignatures(7, DOMAIN) + signed(), zone, 'pass'],
  ['behind eight of its own that are not valid', otherSignatures(8, DOMAIN) + signed(), zone, 'fail'],
  ['before others', signed().replace('From:', `${otherSignatures(5, 'example.net')}From:`), zone, 'pass'],
  ['a key of 4,096 bits', large.sign(message, DOMAIN), { [NAME]: [large.record] }, 'pass'],
  ['a key of 4,104 bits', oversized.sign(message, DOMAIN), { [NAME]: [oversized.record] }, 'fail'],
  ['a key of 1,016 bits', short.sign(message, DOMAIN), { [NAME]: [short.record] }, 'fail'],
  ['an exponent of 3', three.sign(message, DOMAIN), { [NAME]: [three.record] }, 'pass'],
  ['an enormous exponent, which would take long', enormous.sign(message, DOMAIN), { [NAME]: [enormous.record] }, 'fail'],
  ['no key', signed(), {}, 'fail'],
  ['a key that cannot be had', signed(), { [NAME]: 'silent' }, 'unknown'],
  ['one key that cannot be had, one valid', signed({ selector: 'other' }) .replace(/\r\n(?=From)/, '\r\n') .replace('DKIM', `${signed().slice(0, signed().indexOf('From:'))}DKIM`), { [NAME]: [rsa.record], 'other._domainkey.example.org': 'silent' }, 'pass'],
  ['one key that cannot be had, one wrong', signed({ selector: 'other' }).replace('DKIM', `${signed().slice(0, signed().indexOf('From:'))}DKIM`), { [NAME]: [ed25519.record], 'other._domainkey.example.org': 'silent' }, 'unknown'],
  ['a body that was changed, and a key that cannot be had', signed().replace('Bob', 'Eve'), { [NAME]: 'silent' }, 'unknown'],
  ['another domain, whose key cannot be had', signed({}, 'example.net'), { 'mail._domainkey.example.net': 'silent' }, 'unknown'],
  ['its own that is valid, and another domain whose key cannot be had', otherSignatures(1, 'example.net') + signed(), { ...zone, 's._domainkey.example.net': 'silent' }, 'pass'],
  ['a record without v=', signed(), { [NAME]: [p] }, 'pass'],
  ['a record with v= not in front', signed(), { [NAME]: [`${p}; v=DKIM1`] }, 'fail'],
  ['a record of another version', signed(), { [NAME]: [`v=DKIM2; ${p}`] }, 'fail'],
  ['a record that ends in a semicolon, in odd space', signed(), { [NAME]: [` v = DKIM1 ;\t${p.replace('=', ' = ').replace(/.{40}/g, '$& ')} ; `] }, 'pass'],
  ['an unknown tag in a record', signed(), { [NAME]: [`v=DKIM1; g=*; n=a note; ${p}`] }, 'pass'],
  ['a revoked key', signed(), { [NAME]: ['v=DKIM1; p='] }, 'fail'],
  ['no p=', signed(), { [NAME]: ['v=DKIM1; k=rsa'] }, 'fail'],
  ['a p= that is no key', signed(), { [NAME]: ['v=DKIM1; p=eHg='] }, 'fail'],
  ['another key', signed(), { [NAME]: [`v=DKIM1; p=${pkcs1}`] }, 'fail'],
  ['h=sha256', signed(), { [NAME]: [`v=DKIM1; h=sha1 : sha256; ${p}`] }, 'pass'],
  ['h=sha1', signed(), { [NAME]: [`v=DKIM1; h=sha1; ${p}`] }, 'fail'],
  ['s=email', signed(), { [NAME]: [`v=DKIM1; s=tls:email; ${p}`] }, 'pass'],
  ['s=*', signed(), { [NAME]: [`v=DKIM1; s=*; ${p}`] }, 'pass'],
  ['s= of another service', signed(), { [NAME]: [`v=DKIM1; s=tls; ${p}`] }, 'fail'],
  ['k= of another kind', signed(), { [NAME]: [`v=DKIM1; k=dsa; ${p}`] }, 'fail'],
  ['t=y', signed(), { [NAME]: [`v=DKIM1; t=y; ${p}`] }, 'pass'],
  ['t=s', signed(), { [NAME]: [`v=DKIM1; t=y : s; ${p}`] }, 'pass'],
  ['t=s and i= of a domain below', signed(tags(` i=@mail.${DOMAIN};`)), { [NAME]: [`v=DKIM1; t=s; ${p}`] }, 'fail'],
  ['a record of SPF beside it', signed(), { [NAME]: ['v=spf1 -all', rsa.record] }, 'pass'],
  ['two keys, the second its own', signed(), { [NAME]: [ed25519.record, rsa.record] }, 'pass'],
  ['five records, the last its own', signed(), { [NAME]: [...Array(4).fill('x'), rsa.record] }, 'fail'],
];

describe('findings', () => {
  test.each(CASES)('%s', async (_, text, records, finding) => {
    expect(await findingOf(text, DOMAIN, keysIn(records))).toBe(finding);
  });

  test('a key as RFC 6376 says it, without what everybody puts around it', () => {
    const signature = parseSignature({ name: '', value: fieldsOf(signed())[0]?.value ?? '' });
    expect(signature && keyFor(`p=${pkcs1}`, signature)?.asymmetricKeyType).toBe('rsa');
  });
});

describe('what is asked for', () => {
  // biome-ignore format: one line per case
  const ASKED: readonly (readonly [string, string, Zone, Zone, string, readonly string[]])[] = [
    ['a valid signature: once', signed(), zone, {}, 'pass', [NAME]],
    ['a key that was replaced: anew', signed(), { [NAME]: [ed25519.record] }, zone, 'pass', [NAME, `anew ${NAME}`]],
    ['a key that was not there yet: anew', signed(), {}, zone, 'pass', [NAME, `anew ${NAME}`]],
    ['anew, and no answer', signed(), {}, { [NAME]: 'silent' }, 'unknown', [NAME, `anew ${NAME}`]],
    ['no answer: not anew', signed(), { [NAME]: 'silent' }, zone, 'unknown', [NAME]],
    ['a body that was changed: not anew', signed().replace('Bob', 'Eve'), zone, zone, 'fail', [NAME]],
    ['another domain: not anew', signed({}, 'example.net'), zone, zone, 'fail', ['mail._domainkey.example.net']],
    ['its own and ten of others: eight in all', otherSignatures(10, 'example.net') + signed({ tags: ' x=1;' }), zone, zone, 'fail', [NAME, ...Array(7).fill('s._domainkey.example.net')]],
    ['too late: not anew', signed(tags(' x=1;')), zone, zone, 'fail', [NAME]],
  ];
  test.each(ASKED)('%s', async (_, text, first, anew, finding, names) => {
    const keys = keysIn(first, anew);
    expect(await findingOf(text, DOMAIN, keys)).toBe(finding);
    expect(keys.asked).toEqual(names);
  });
});

// With a pattern that looks at every character for every other these would take minutes.
test.each([
  ['spaces', ' '.repeat(200_000)],
  ['spaces with a letter between', 'x '.repeat(100_000)],
  ['semicolons', ';'.repeat(200_000)],
  ['tags', Array.from({ length: 20_000 }, (_, i) => `t${i}=1`).join(';')],
  ['names', `h=${'from:'.repeat(40_000)}`],
])('200 kB of %s are read at once', async (_, text) => {
  expect(parseTagList(text) === undefined).toBe(/^[x ]+$/.test(text) && text.includes('x'));
  const verification = startVerification([{ name: 'DKIM-Signature', value: text }], DOMAIN);
  expect(await verification.finding(keysIn({}), 0)).toBe('fail');
});
