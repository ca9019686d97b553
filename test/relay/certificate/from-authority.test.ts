import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isFromAuthority } from '../../../src/relay/certificate/ensure-certificate.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'));
  const make = (name: string, host: string, ...signer: string[]) =>
    execFileSync(
      'openssl',
      // biome-ignore format: one option a line reads worse
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`,
        '-addext', `subjectAltName=DNS:${host}`, '-keyout', `${name}.key`, '-out', `${name}.pem`, ...signer],
      { cwd: folder, stdio: 'ignore' },
    );
  make('own', 'chat.example');
  make('authority', 'authority.example');
  make('issued', 'chat.example', '-CA', 'authority.pem', '-CAkey', 'authority.key');
  // Another key, though by the same name.
  make('other', 'other.example', '-CA', 'authority.pem', '-CAkey', 'authority.key');
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['issued', true],
  ['own', false],
  ['other', false],
  ['missing', false],
])('%s is an authority’s certificate for the host: %s', (name, expected) => {
  const [certificate, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  expect(isFromAuthority('chat.example', certificate, key)).toBe(expected);
});
