import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderUserData } from '../../src/cloud-init/user-data.ts';
import { bootVirtualMachine } from '../../src/lab/qemu.ts';
import { relayOutcome } from '../../src/lab/readiness.ts';
import { openArchive } from '../machine/archive.ts';
import { type Relay, shell } from '../machine/relay.ts';
import { diskSuite } from '../machine/suite/disk.ts';
import { stockDisk } from './stock-disk.ts';

const PROXY = '10.0.2.100:3128';
const GIGABYTES = 4;

let folder: string;
let archive: Awaited<ReturnType<typeof openArchive>>;
let machine: Awaited<ReturnType<typeof bootVirtualMachine>>;
let relay: Relay;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stock-qemu-'));
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
    ...(await stockDisk(folder)),
    diskSize: GIGABYTES * 1024 ** 3,
    userData: Buffer.from(text),
    services: [{ at: PROXY, command: `${process.execPath} ${pipe} ${port}` }],
  });
  expect(await relayOutcome(machine.console)).toMatchObject({ state: 'ready', domain: '_relay.test' });
  await machine.findWayIn();
  const { address, ports, exec = [] } = machine;
  relay = { state: 'ready', domain: '_relay.test', address, ports, exec };
});
afterAll(async () => {
  await machine?.remove();
  archive?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a stock Debian 12 on a disk, under QEMU with BIOS', () => {
  diskSuite(() => relay, GIGABYTES);

  test('has what Debian made of its packages, and nothing of the making', async () => {
    expect(await shell(relay, 'dpkg --audit; dpkg --verify chatmail-relay')).toBe('');
    expect(await shell(relay, 'find /usr/sbin/policy-rc.d /usr/local -type f 2>/dev/null || true')).toBe('');
  });
});
