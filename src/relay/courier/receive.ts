import type { IncomingMessage, RequestListener } from 'node:http';
import type { NetConnectOpts } from 'node:net';
import { type Envelope, reinject } from './reinject.ts';

/** What cannot end a path or a command of SMTP, nor hide in one (RFC 5321 §4.1.2). */
const ADDRESS = /^[!-;=?-~]{1,320}$/;

/** `undefined` for one that cannot be written in SMTP. Without a recipient Postfix will say so. */
export const envelopeOf = ({
  headersDistinct,
}: Pick<IncomingMessage, 'headersDistinct'>): Envelope | undefined => {
  const [sender = '', ...more] = headersDistinct['x-mail-from'] ?? [];
  const recipients = headersDistinct['x-mail-to'] ?? [];
  const addresses = sender === '' ? recipients : [sender, ...recipients];
  return more.length === 0 && addresses.every((address) => ADDRESS.test(address))
    ? { sender, recipients }
    : undefined;
};

/** Of HTTP: a thousand recipients of the longest addresses, as nginx takes them, and a slow line. */
export const HTTP_LIMITS = { maxHeaderSize: 327_680, requestTimeout: 3_600_000 };

/** As many as Postfix takes (smtpd_recipient_limit). A sender that has more may send them apart, or by SMTP. */
const MAX_RECIPIENTS = 1000;
const TOO_MANY = '452 4.5.3 Too many recipients';

/** A refusal is 400; what may go well later is 503, on which every sender tries again. */
const statusOf = (reply: string): number => (reply.startsWith('2') ? 200 : reply.startsWith('5') ? 400 : 503);

/** Takes messages of other relays (`POST /mxdeliv`), which nginx passes on as they come, and answers as Postfix does. */
export const receiver =
  (postfix: NetConnectOpts): RequestListener =>
  async (request, response) => {
    const answer = (status: number, text = '') => response.writeHead(status, { allow: 'POST' }).end(text);
    if (request.url !== '/mxdeliv') return void answer(404);
    if (request.method !== 'POST') return void answer(405);
    const envelope = envelopeOf(request);
    if (envelope && envelope.recipients.length > MAX_RECIPIENTS) return void answer(413, TOO_MANY);
    const reply = envelope ? await reinject(envelope, request, postfix) : '501 5.1.7 Bad address syntax';
    answer(statusOf(reply), reply);
  };
