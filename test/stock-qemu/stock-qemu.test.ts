import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderUserData } from '../../src/cloud-init/user-data.ts';
import { bootVirtualMachine } from '../../src/lab/qemu.ts';
import { relayOutcome } from '../../src/lab/readiness.ts';
import { openArchive } from '../machine/archive.ts';
import { ask } from '../machine/http-client.ts';
import { connectImap } from '../machine/imap-client.ts';
import { endpoint, type Relay } from '../machine/relay.ts';
import { connectSmtp } from '../machine/smtp-client.ts';
import { BARE, buildBare } from '../machine/stock-tree.ts';

const PROXY = '10.0.2.100:3128';

let folder: string;
let archive: Awaited<ReturnType<typeof openArchive>>;
let machine: Awaited<ReturnType<typeof bootVirtualMachine>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stock-qemu-'));
  await buildBare();
  archive = await openArchive('127.0.0.1');
  const [, port = ''] = /:(\d+)"/.exec(archive.aptConf) ?? [];
  const pipe = join(folder, 'pipe.cjs');
  await writeFile(
    pipe,
    'const s=require("net").connect(+process.argv[2],"127.0.0.1");process.stdin.pipe(s).pipe(process.stdout)',
  );
  const { text } = renderUserData(
    { mail_domain: '_relay.test', max_load_1m: 1000 },
    {
      base: 'debian',
      extra: { name: 'extra', text: `#cloud-config\napt: {http_proxy: 'http://${PROXY}'}\n` },
    },
  );
  machine = await bootVirtualMachine({
    image: BARE.qcow2,
    format: 'qcow2',
    diskSize: 4 * 1024 ** 3,
    userData: Buffer.from(text),
    services: [{ at: PROXY, command: `${process.execPath} ${pipe} ${port}` }],
  });
});
afterAll(async () => {
  await machine?.remove();
  archive?.close();
  await rm(folder, { recursive: true, force: true });
});

test('a stock Debian 12 on a disk becomes a relay, under QEMU with BIOS', async () => {
  expect(await relayOutcome(machine.console)).toMatchObject({ state: 'ready', domain: '_relay.test' });
  const { address, ports } = machine;
  const relay: Relay = { state: 'ready', domain: '_relay.test', address, ports };
  expect((await ask(relay, '/')).body).toContain('<h1>_relay.test</h1>');
  for (const port of ['smtp', 'submission', 'submissions'] as const) {
    const smtp = await connectSmtp(endpoint(relay, port));
    expect(smtp.greeting).toEqual({ code: 220, text: '_relay.test ESMTP' });
    smtp.close();
  }
  for (const port of ['imap', 'imaps'] as const) {
    const imap = await connectImap(endpoint(relay, port));
    expect(imap.greeting).toMatch(/^\* OK /);
    imap.close();
  }
});
