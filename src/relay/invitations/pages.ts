import { HOME, page } from '../web/join-page.ts';
import type { Offer } from './open.ts';

const markup = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** A day as a native reader writes it: 6 December 2026. */
const dayOf = (until: number): string =>
  new Date(until).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });

const places = ({ left, until }: Offer): string =>
  `<p class="note">${left === 1 ? 'One account is' : `${left} accounts are`} left. The invitation ends on ${dayOf(until)}.\n`;

const figure = (picture: string, caption: string): string =>
  `<figure>\n${picture}\n<figcaption>${caption}</figcaption>\n</figure>\n`;

const STEPS = '<!--# include virtual="/steps" -->\n';
const TITLE = 'You are invited';

/** The invitation on a relay whose apps take the code themselves. */
export const codePage = (domain: string, code: string, picture: string, offer: Offer): string => {
  const escaped = markup(code);
  return page(
    TITLE,
    `<p>to chat on ${markup(domain)}</p>\n`,
    `<a class="join" href="${escaped}">Join with Delta Chat</a>
${figure(picture, 'or scan this code with the app')}<div class="copy"><code data-label="Copy link">${escaped}</code></div>
${places(offer)}${STEPS}`,
    HOME,
  );
};

/** The invitation on a relay whose apps need a ready account: the button makes one. */
export const buttonPage = (
  domain: string,
  path: string,
  url: string,
  picture: string,
  offer: Offer,
): string =>
  page(
    TITLE,
    `<p>to chat on ${markup(domain)}</p>\n`,
    `<form method="post" action="${markup(path)}"><button class="join">Get an account</button></form>
${figure(picture, 'or scan to open this page on a phone')}<div class="copy"><code data-label="Copy link">${markup(url)}</code></div>
${places(offer)}`,
    HOME,
  );

/** For an invitation that was used up, ended or withdrawn, and for one that never was: nobody learns which. */
export const endedPage = (): string =>
  page(
    'This invitation has ended',
    '',
    '<p class="closed">It was used up, has expired or was withdrawn, or part of the link is missing. Ask for a new one.\n',
    HOME,
  );
