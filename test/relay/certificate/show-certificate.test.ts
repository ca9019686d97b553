import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { withDefaults } from '../../../src/config/schema.ts';
import { modelOf } from '../../../src/model/model.ts';
import { isUnread, noteShown, showCertificate } from '../../../src/relay/certificate/show-certificate.ts';
import { replaceLink } from '../../../src/relay/lib/replace-link.ts';

vi.mock('../../../src/relay/certificate/ensure-certificate.ts', () => ({ ensureCertificate: () => {} }));

const machine = () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'certificate-')));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [note, certificate] = [join(folder, 'note'), join(folder, 'fullchain')];
  for (const name of ['one', 'two']) writeFileSync(join(folder, name), name);
  const point = (name: string) => replaceLink(certificate, join(folder, name));
  point('one');
  const model = { ...modelOf({ ...withDefaults({}), mail_domain: 'a.example' }), certificate };
  const reloads: string[][] = [];
  const show = (read = (units: readonly string[]) => void reloads.push([...units])) =>
    showCertificate(model, note, read);
  return {
    point,
    write: (name: string, text: string) => writeFileSync(join(folder, name), text),
    show,
    reloads,
    isUnread: () => isUnread(model, note),
    noteShown: () => noteShown(model, note),
  };
};

test('servers read a certificate once, and another one when it is there', () => {
  const { point, show, reloads, noteShown } = machine();
  noteShown();
  show();
  expect(reloads).toHaveLength(0);
  point('two');
  show();
  show();
  expect(reloads).toHaveLength(1);
  expect(reloads[0]).toEqual(expect.arrayContaining(['nginx.service', 'dovecot.service']));
});

test('one that has taken the place of another, by the same name, is read too', () => {
  const { point, show, reloads, noteShown, write, isUnread } = machine();
  noteShown();
  write('one', 'signed again');
  expect(isUnread()).toBe(true);
  show();
  show();
  expect([reloads.length, isUnread()]).toEqual([1, false]);
  point('one');
  expect(isUnread()).toBe(false);
});

test('what a run that was killed left unread is read by the next one', () => {
  const { point, show, reloads, isUnread, noteShown } = machine();
  expect(isUnread()).toBe(false); // the servers have not started
  noteShown();
  point('two');
  expect(() =>
    show(() => {
      throw new Error('killed');
    }),
  ).toThrow('killed');
  expect(isUnread()).toBe(true);
  show();
  expect([reloads.length, isUnread()]).toEqual([1, false]);
});
