import { expect, test } from 'vitest';
import { isSignedBy } from '../../../src/relay/filtermail/dkim.ts';
import { Headers } from '../../../src/relay/filtermail/headers.ts';

const pass = (domain: string) =>
  `dkim=pass (2048-bit key; unprotected) header.d=${domain} header.i=@${domain} header.a=rsa-sha256 header.s=s header.b=a/b`;
const own = (...results: readonly string[]) => `relay.test;\n\t${results.join(';\n\t')}`;
const fail = pass('example.org').replace('pass', 'fail reason="signature verification failed"');
const signature = 'v=1; a=rsa-sha256; d=example.net; s=s; h=From; bh=x=; b=y==';

// biome-ignore format: one line per case
const CASES: readonly (readonly [string, readonly string[], boolean, string])[] = [
  ['a valid signature', [own(pass('example.org'))], true, ''],
  ['without the size of the key', [own(pass('example.org').replace(/ \(.*?\)/, ''))], true, ''],
  ['a key that DNSSEC protects', [own(pass('example.org').replace('unprotected', 'secure'))], true, ''],
  ['the second of two', [own(pass('example.net'), pass('example.org'))], true, ''],
  ['one valid, one not', [own(fail, pass('example.org'))], true, ''],
  ['folded elsewhere', [own(pass('example.org')).replaceAll(' ', '\n\t')], true, ''],
  ['our name in another case', [own(pass('example.org')).replace('relay', 'Relay')], true, ''],
  ['an honest signature', [own(pass('example.org'))], true, signature],
  ['an honest identity', [own(pass('example.org'))], true, `${signature}; i=user@example.org`],
  ['no result', [own('dkim=none')], false, ''],
  ['no field', [], false, ''],
  ['a signature that is not valid', [own(fail)], false, ''],
  ['another domain', [own(pass('example.net'))], false, ''],
  ['a domain that begins alike', [own(pass('example.org.evil.example'))], false, ''],
  ['a domain that begins alike, cut off', [own(pass('example.org')).replace(/ header\.i.*/s, '')], false, ''],
  ['a domain that ends alike', [own(pass('evil-example.org'))], false, ''],
  ['another server', [own(pass('example.org')).replace('relay.test', 'example.net')], false, ''],
  ['a server whose name begins alike', [own(pass('example.org')).replace('relay.test', 'relay.test.example')], false, ''],
  ['the field of another server first', [own(pass('example.org')).replace('relay.test', 'example.net'), own(pass('example.org'))], false, ''],
  ['a forged field below ours', [own('dkim=none'), own(pass('example.org'))], false, ''],
  ['a comment', [own(`dkim=fail (; ${pass('example.org')})`.replace('; ', ';('))], false, ''],
  ['another method', [own(pass('example.org').replace('dkim', 'x-dkim'))], false, ''],
  ['a signature of the beginning of the body', [own(pass('example.org'))], false, `${signature}; l=0`],
  ['the same, with spaces', [own(pass('example.org'))], false, `v=1;\n\tL = 9; ${signature}`],
  ['an l in the hash', [own(pass('example.org'))], true, `${signature}; h=From; b=al=`],
  ['an identity that writes a result', [own(pass('example.net').replace('@example.net', `x; ${pass('example.org')}`))], false, `${signature}; i==3B=20dkim=3Dpass@example.net`],
  ['the same, folded and in upper case', [own(pass('example.org'))], false, `${signature};\n\tI =\n =3b@example.net`],
  ['the same, first', [own(pass('example.org'))], false, `i=a=20b@example.net; ${signature}`],
];

test.each(CASES)('%s', (_, results, expected, signed) => {
  const headers = new Headers();
  for (const value of results) headers.add('Authentication-Results', value);
  headers.add('DKIM-Signature', signed);
  expect(isSignedBy(headers, 'relay.test', 'example.org')).toBe(expected);
});
