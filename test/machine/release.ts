import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { type PinnedPackage, pinPackages } from '../../src/package/pin.ts';

/** Our packages on a web server, as a text that fetches them finds them. */
export interface Release {
  /** The first has them no more, the second has others, the third has them. */
  readonly sources: readonly [gone: string, wrong: string, good: string];
  readonly packages: readonly PinnedPackage[];
  close(): Promise<void>;
}

export const openRelease = async (host: string): Promise<Release> => {
  const folder = await mkdtemp(join(tmpdir(), 'release-'));
  await execa('node', ['lib/cli.js', 'package', '--output', folder]);
  const packages = await pinPackages(folder, 'chatmail-image');
  const files = new Map<string, Uint8Array>();
  for (const { name } of packages) {
    const bytes = await readFile(join(folder, name));
    files.set(`/good/${name}`, bytes);
    files.set(`/wrong/${name}`, Buffer.from(bytes).fill(0, 100));
  }
  const server = createServer(({ url = '' }, response) => {
    const file = files.get(url);
    response.writeHead(file ? 200 : 404).end(file);
  });
  await once(server.listen(0, host), 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://${host}:${port}`;
  return {
    sources: [`${url}/gone`, `${url}/wrong`, `${url}/good`],
    packages,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
};
