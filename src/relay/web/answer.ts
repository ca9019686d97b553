import type { Model } from '../../model/model.ts';
import { newCredentials } from './credentials.ts';
import { joinPage } from './join-page.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const redirect = (location: string): Answer => ({ status: 302, headers: { location } });
const of = (type: string, body: string): Answer => ({ status: 200, headers: { 'content-type': type }, body });

/**
 * What a request gets. `mayCreate` is asked only where an account is given away, `draw` only where one is shown
 * as a QR code.
 */
export const answer = async (
  model: Model,
  method: string,
  path: string,
  mayCreate: () => boolean,
  draw: (text: string) => Promise<string>,
): Promise<Answer> => {
  const isNew = path === '/new';
  const isJoin = path === '/join';
  if (!isNew && !isJoin && path !== '/cgi-bin/newemail.py') return { status: 404, headers: {} };
  if (method !== 'GET' && method !== 'POST') return { status: 405, headers: { allow: 'GET, POST' } };
  // For browsers; apps POST.
  if (!model.isSelfSigned && method === 'GET')
    return redirect(isJoin ? '/' : `dcaccount:https://${model.host}/new`);
  if (isNew && method === 'GET') return redirect('/join');
  if (!mayCreate()) return { status: 429, headers: { 'retry-after': '60' } };
  const credentials = newCredentials(model);
  const link = credentials.dclogin_url;
  return isJoin && link !== undefined
    ? of('text/html; charset=utf-8', joinPage(credentials.email, link, await draw(link)))
    : of('application/json', JSON.stringify(credentials));
};
