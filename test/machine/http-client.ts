import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { endpoint, type Relay } from './relay.ts';

export interface Page {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Question {
  readonly method?: 'GET' | 'POST' | 'HEAD';
  /** Over port 80 if false. */
  readonly isTls?: boolean;
  /** The Host header, if it is not the relay's domain. */
  readonly name?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

/** Asks the relay's web server. Certificates are not verified, redirections not followed. */
export const ask = async (relay: Relay, path: string, question: Question = {}): Promise<Page> => {
  const { method = 'GET', isTls = true, name = relay.domain, headers = {}, body } = question;
  const { host, port, tls } = endpoint(relay, isTls ? 'https' : 'http');
  const request = isTls ? requestHttps : requestHttp;
  const options = { host, port, path, method, headers: { host: name, ...headers }, agent: false, ...tls };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ ...options, rejectUnauthorized: false }, resolve)
      // A server that has answered need not read the rest.
      .on('error', reject)
      .end(body);
  });
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
};
