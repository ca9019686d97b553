import { joinCode } from '../../model/join-code.ts';
import type { Model } from '../../model/model.ts';
import type { Guest } from '../lib/invitations.ts';
import type { Answer } from '../web/answer.ts';
import { newCredentials, serverFor } from '../web/credentials.ts';
import { closedPage, joinPage, tooManyPage } from '../web/join-page.ts';
import { fromBytes, type Offer } from './open.ts';
import { buttonPage, codePage, endedPage } from './pages.ts';

/** A token (RFC 4648 §5) by either of its places: the page, or the address that apps post to. */
const TOKEN = /^\/(?:i\/|new\?(?:.*&)?i=)([\w-]{22})$/;

/** As often as that a random name may be taken. */
const TRIES = 3;

/** Pictures of invitations: a page may be opened again and again, and each picture takes a process. */
const pictures = new Map<string, Promise<string>>();
const MAX_PICTURES = 100;

const drawn = (link: string, draw: (text: string) => Promise<string>): Promise<string> => {
  const known = pictures.get(link);
  if (known) return known;
  if (pictures.size >= MAX_PICTURES) pictures.clear();
  const picture = draw(link);
  pictures.set(link, picture);
  picture.catch(() => pictures.delete(link));
  return picture;
};

const html = (body: string, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body,
});
const json = (value: unknown, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

/**
 * What somebody with an invitation gets: by browser the page and, on a relay whose apps need it, an account; by app an
 * account. Wrong tokens and used ones are answered alike.
 */
export const answerGuest = async (model: Model, guest: Guest): Promise<Answer> => {
  const { method, url, host, lookup, mayCreate, mayErr, draw } = guest;
  const isPage = url.startsWith('/i/');
  if (method !== 'GET' && method !== 'POST') return { status: 405, headers: { allow: 'GET, POST' } };
  const token = TOKEN.exec(url)?.[1] ?? '';
  const found = token && (await lookup(`shared/invitation/${token}`));
  const tooMany = (): Answer => {
    const answer: Answer = isPage ? html(tooManyPage(url), 429) : { status: 429, headers: {} };
    return { ...answer, headers: { ...answer.headers, 'retry-after': '60' } };
  };
  const ended = (): Answer => {
    if (!mayErr()) return tooMany();
    // Not 404, for which nginx has a page.
    return isPage ? html(endedPage(), 410) : json({ reason: 'this invitation has ended' }, 410);
  };
  const closed = (reason: string): Answer => (isPage ? html(closedPage(reason), 503) : json({ reason }, 503));
  if (!found) return ended();
  const offer = fromBytes(found) as Offer;
  if (offer.closed !== undefined) return closed(offer.closed);
  const path = `/i/${token}`;
  const server = serverFor(model, host);
  if (method === 'GET') {
    if (!isPage) return { status: 302, headers: { location: path } };
    const isReady = joinCode(model) !== undefined;
    const link = isReady ? `DCACCOUNT:https://${model.host}/new?i=${token}` : `https://${server}${path}`;
    const picture = await drawn(link, draw);
    return html(
      isReady
        ? codePage(model.domain, link, picture, offer)
        : buttonPage(model.domain, path, link, picture, offer),
    );
  }
  if (!mayCreate()) return tooMany();
  for (let n = 0; n < TRIES; n++) {
    const credentials = newCredentials(model, server);
    const [name = ''] = credentials.email.split('@');
    const refusal = await lookup(`shared/reserve/${token}/${name}/${credentials.password}`);
    if (refusal === undefined) return ended();
    if (refusal === 'name is taken') continue;
    if (refusal !== '') return closed(refusal);
    const login = credentials.dclogin_url;
    const other = server === model.host ? undefined : server;
    return isPage && login !== undefined
      ? html(joinPage(credentials.email, login, await draw(login), other, path))
      : json(credentials);
  }
  return closed('all names are taken');
};
