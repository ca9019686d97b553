import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';

/** A text, or bytes. */
type Content = string | readonly number[];

/** What a metadata service has: content, or names below, of which the empty one is the content of the place itself. */
export type Tree = Content | { readonly [name: string]: Tree };

const isContent = (node: Tree | undefined): node is Content =>
  typeof node === 'string' || Array.isArray(node);

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
      (node, name) =>
        typeof node === 'object' && !isContent(node) && Object.hasOwn(node, name) ? node[name] : undefined,
      tree,
    );

/** A folder is the list of its names, folders among them with a slash (EC2). */
const bodyOf = (node: Tree): Buffer => {
  const own = isContent(node) ? node : node[''];
  if (isContent(own)) return typeof own === 'string' ? Buffer.from(own) : Buffer.from(own);
  const names = Object.entries(node).map(([name, child]) => (isContent(child) ? name : `${name}/`));
  return Buffer.from(names.join('\n'));
};

const handle = (service: MetadataService, request: IncomingMessage, response: ServerResponse): void => {
  const { token, header, rootOnly } = service;
  const [path = '/'] = (request.url ?? '/').split('?');
  const end = (status: number, body: string | Buffer = '') => response.writeHead(status).end(body);
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

// A program of its own, because it must listen in another network namespace than whoever starts it.
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
