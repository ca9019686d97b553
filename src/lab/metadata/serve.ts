import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';

/** What a metadata service has: a text, or names below, of which the empty one is the text of the place itself. */
export type Tree = string | { readonly [name: string]: Tree };

/** A metadata service as plain data. */
export interface MetadataService {
  readonly address: string;
  readonly port?: number;
  readonly tree: Tree;
  /** A header without which nothing is answered. */
  readonly header?: readonly [name: string, value: string];
  /** Path of a token, fetched with PUT, which every other request must bring (EC2's IMDSv2). */
  readonly token?: { readonly path: string; readonly header: string };
  /** What only a client with the rights of root can ask for: its port is below 1024 (Scaleway). */
  readonly rootOnly?: string;
}

const TOKEN = 'a-token-of-this-session';

const find = (tree: Tree, path: string): Tree | undefined =>
  path
    .split('/')
    .filter(Boolean)
    .reduce<Tree | undefined>(
      (node, name) => (typeof node === 'object' && Object.hasOwn(node, name) ? node[name] : undefined),
      tree,
    );

/** A folder is the list of its names, folders among them with a slash (EC2). */
const bodyOf = (node: Tree): string =>
  typeof node === 'string' || typeof node[''] === 'string'
    ? String(typeof node === 'string' ? node : node[''])
    : Object.entries(node)
        .map(([name, child]) => (typeof child === 'string' ? name : `${name}/`))
        .join('\n');

const handle = (service: MetadataService, request: IncomingMessage, response: ServerResponse): void => {
  const { token, header, rootOnly } = service;
  const [path = '/'] = (request.url ?? '/').split('?');
  const end = (status: number, body = '') => response.writeHead(status).end(body);
  if (token && path === token.path) {
    if (request.method === 'PUT' && request.headers[`${token.header}-ttl-seconds`]) end(200, TOKEN);
    else end(405);
    return;
  }
  if (token && request.headers[token.header] !== TOKEN) end(401);
  else if (header && request.headers[header[0].toLowerCase()] !== header[1]) end(403);
  else if (rootOnly && path.startsWith(rootOnly) && (request.socket.remotePort ?? 0) >= 1024) end(403);
  else {
    const node = find(service.tree, path);
    if (node === undefined) end(404);
    else end(200, bodyOf(node));
  }
};

// Runs as a program of its own, because it must listen in another network namespace than whoever starts it.
if (process.argv[1]?.endsWith('serve.js')) {
  const services = (await json(process.stdin)) as MetadataService[];
  await Promise.all(
    services.map((service) => {
      const server = createServer((request, response) => handle(service, request, response));
      return new Promise<void>((resolve) =>
        server.listen({ host: service.address, port: service.port ?? 80 }, resolve),
      );
    }),
  );
  process.stdout.write('ready\n');
}
