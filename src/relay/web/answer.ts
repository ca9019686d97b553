import { joinCode } from '../../model/join-code.ts';
import type { Model } from '../../model/model.ts';
import { newCredentials, serverFor } from './credentials.ts';
import { closedPage, joinPage, tooManyPage } from './join-page.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const redirect = (location: string): Answer => ({ status: 302, headers: { location } });
const of = (type: string, body: string, status = 200): Answer => ({
  status,
  headers: { 'content-type': type },
  body,
});
const JSON_TYPE = 'application/json';
const HTML = 'text/html; charset=utf-8';

/** What is asked for: without a query, and the host by its name in the request. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly host: string;
}

/** What an answer may need, and is asked for only then. */
interface Sources {
  /** Why there are no new addresses. */
  readonly whyClosed: () => Promise<string | undefined>;
  /** Whether this client may have one more. */
  readonly mayCreate: () => boolean;
  /** A QR code. */
  readonly draw: (text: string) => Promise<string>;
}

/** What a request gets. */
export const answer = async (
  model: Model,
  { method, path, host }: Asked,
  { whyClosed, mayCreate, draw }: Sources,
): Promise<Answer> => {
  const isNew = path === '/new';
  const isJoin = path === '/join';
  if (!isNew && !isJoin && path !== '/cgi-bin/newemail.py') return { status: 404, headers: {} };
  if (method !== 'GET' && method !== 'POST') return { status: 405, headers: { allow: 'GET, POST' } };
  const hasCode = joinCode(model) !== undefined;
  if (isJoin && hasCode && method === 'GET') return redirect('/');
  if (isNew && !hasCode && method === 'GET') return redirect('/join');
  const reason = await whyClosed();
  // For browsers, whose home page says why; apps POST.
  if (hasCode && method === 'GET')
    return redirect(reason === undefined ? `dcaccount:https://${model.host}/new` : '/');
  if (reason !== undefined)
    return isJoin ? of(HTML, closedPage(reason), 503) : of(JSON_TYPE, JSON.stringify({ reason }), 503);
  if (!mayCreate()) {
    const told: Answer = isJoin ? of(HTML, tooManyPage(), 429) : { status: 429, headers: {} };
    return { ...told, headers: { ...told.headers, 'retry-after': '60' } };
  }
  const server = serverFor(model, host);
  const credentials = newCredentials(model, server);
  const link = credentials.dclogin_url;
  return isJoin && link !== undefined
    ? of(
        HTML,
        joinPage(credentials.email, link, await draw(link), server === model.host ? undefined : server),
      )
    : of(JSON_TYPE, JSON.stringify(credentials));
};
