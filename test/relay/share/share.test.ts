import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Settings, withDefaults } from '../../../src/config/schema.ts';
import { modelOf } from '../../../src/model/model.ts';
import { TEXT_MAKER } from '../../../src/package/paths.ts';
import { pinPackages } from '../../../src/package/pin.ts';
import { share } from '../../../src/relay/share/share.ts';
import { sourcesFile } from '../../../src/release/sources-file.ts';
import { VERSION } from '../../../src/version.ts';
import { makeStore, type TestStore } from './packages.ts';

let store: TestStore;
beforeAll(async () => {
  store = await makeStore();
});
afterAll(() => rmSync(store.folder, { recursive: true }));

const placesOf = () => ({
  packages: store.packages,
  dpkg: store.dpkg,
  page: TEXT_MAKER,
  archive: join(store.folder, 'archive.sources'),
  published: join(store.folder, 'start'),
  note: join(store.folder, 'run/share'),
});
beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  rmSync(placesOf().archive, { force: true });
});

const run = (domain: string, settings: Partial<Settings> = {}, places = placesOf()) => {
  const status = share(modelOf({ ...withDefaults(settings), mail_domain: domain }), places);
  return [status, readFileSync(places.note, 'utf8')];
};
const published = (name: string) => readFileSync(join(placesOf().published, name));
const facts = (): unknown =>
  JSON.parse(/id="release">(.*?)<\/script>/.exec(published('index.html').toString())?.[1] ?? '');

test.each([
  ['chat.example', 'https://chat.example/start/'],
  ['_chat.example', 'http://_chat.example/start/'],
  ['192.0.2.1', 'http://192.0.2.1/start/'],
])('%s offers the packages it runs, at %s', async (domain, url) => {
  expect(run(domain)).toEqual([0, url]);
  const packages = await pinPackages(store.packages, 'chatmail-image');
  expect(facts()).toEqual({ version: VERSION, packages });
  for (const { name } of packages) expect(published(name)).toEqual(readFileSync(join(store.packages, name)));
  expect(gunzipSync(published('index.html.gz'))).toEqual(published('index.html'));
  expect(published('link.html').toString()).toBe('<a href="/start/">Run your own</a>\n');
});

test('nothing that is published tells one relay from another', () => {
  const all = () =>
    readdirSync(placesOf().published).map((name) => [name, published(name).toString('latin1')]);
  run('chat.example', { acme_email: 'me@chat.example', privacy_mail: 'me@chat.example' });
  const one = all();
  run('192.0.2.1');
  expect(all()).toEqual(one);
});

test('the release that its packages are from is the second source', () => {
  writeFileSync(placesOf().archive, sourcesFile('https://release.example/relay', 'KEY'));
  run('chat.example');
  expect(facts()).toMatchObject({ url: 'https://release.example/relay' });
});

test('with `share: false` nothing is offered, and nothing said', () => {
  run('chat.example');
  expect(run('chat.example', { share: false })).toEqual([0, '']);
  expect(existsSync(placesOf().published)).toBe(false);
});

test.each<[string, () => Partial<ReturnType<typeof placesOf>>, RegExp]>([
  [
    'without packages',
    () => ({ packages: '/nowhere' }),
    /^not offered: \/nowhere\/chatmail-relay_\S+ is missing$/,
  ],
  ['without the text maker', () => ({ page: '/nowhere' }), /^not offered: \/nowhere is missing$/],
  ['with a page that is none', () => ({ page: store.relay }), /^not offered: .*no place/],
])('%s it says why nothing is offered, in a line', (_, places, reason) => {
  run('chat.example');
  expect(run('chat.example', {}, { ...placesOf(), ...places() })).toEqual([1, expect.stringMatching(reason)]);
  expect(existsSync(placesOf().published)).toBe(false);
});
