import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';

/** A port of this computer that nobody has. */
export const freePort = async (): Promise<number> => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address ? address.port : 0;
};

/**
 * A real nginx that publishes this folder, as any web server can, with these headers, at this port. Its own files are in `state`. Resolves
 * when it answers.
 */
export const serveFolder = async (
  root: string,
  state: string,
  {
    headers = {},
    port: wanted,
  }: { readonly headers?: Readonly<Record<string, string>>; readonly port?: number } = {},
): Promise<{ readonly url: string; stop(): Promise<void> }> => {
  const port = wanted ?? (await freePort());
  const config = join(state, 'nginx.conf');
  const added = Object.entries(headers).map(([name, value]) => `add_header ${name} "${value}" always;`);
  await writeFile(
    config,
    `daemon off; pid ${state}/nginx.pid; error_log stderr; worker_processes 1;
events {}
http { access_log off; types { text/html html; } ${added.join(' ')} server { listen 127.0.0.1:${port}; root ${root}; } }
`,
  );
  const nginx = execa('nginx', ['-c', config, '-e', 'stderr'], {
    reject: false,
    env: { PATH: `${process.env.PATH}:/usr/sbin` },
  });
  const url = `http://127.0.0.1:${port}/`;
  await execa('curl', ['--silent', '--retry', '50', '--retry-connrefused', '--retry-delay', '0', url], {
    reject: false,
  });
  return {
    url,
    stop: async () => {
      nginx.kill('SIGTERM');
      await nginx;
    },
  };
};
