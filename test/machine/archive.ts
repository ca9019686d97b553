import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** A proxy through which a container without a way out reaches Debian's archive, as this computer's apt does. */
export interface Archive {
  /** For apt.conf(5). Whatever else is at this address is reached without it. */
  readonly aptConf: string;
  /** Whether it answers; a closed one drops whoever connects. */
  isOpen: boolean;
  close(): void;
}

const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'chatmail-image', 'archive');
/** What changes under the same name: fetched once per run. */
const CHANGES = /\/dists\/(?!.*\/by-hash\/)/;

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

const fetching = new Map<string, Promise<string>>();

/** The file at that URL, fetched with apt's own helper and so through whatever apt here is told to use. */
const fetchFile = async (url: string): Promise<string> => {
  await mkdir(CACHE, { recursive: true });
  const suffix = CHANGES.test(url) ? `.${process.pid}` : '';
  const file = join(CACHE, createHash('sha256').update(url).digest('hex') + suffix);
  if (await isThere(file)) return file;
  const partial = `${file}.${process.pid}.part`;
  await execa('/usr/lib/apt/apt-helper', ['download-file', url, partial]);
  await rename(partial, file);
  if (suffix) process.once('exit', () => rm(file, { force: true }));
  return file;
};

const fetchOnce = (url: string): Promise<string> => {
  const running = fetching.get(url) ?? fetchFile(url);
  fetching.set(url, running);
  running.catch(() => fetching.delete(url));
  return running;
};

export const openArchive = async (host: string): Promise<Archive> => {
  const server = createServer(({ url = '' }, response) => {
    if (!archive.isOpen) return void response.destroy();
    fetchOnce(url)
      .then(async (file) => {
        response.writeHead(200, { 'content-length': (await stat(file)).size });
        createReadStream(file).pipe(response);
      })
      .catch((error: unknown) => response.writeHead(/404/.test(String(error)) ? 404 : 502).end());
  });
  await once(server.listen(0, host), 'listening');
  const { port } = server.address() as AddressInfo;
  const archive: Archive = {
    aptConf: `Acquire::http::Proxy "http://${host}:${port}";\nAcquire::http::Proxy::${host} "DIRECT";\n`,
    isOpen: true,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return archive;
};
