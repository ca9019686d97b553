import { closedText } from '../lib/closed-text.ts';

/** A page in the style of all. `main` is what is between header and footer. */
export const page = (title: string, below: string, main: string, links: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<meta property="og:title" content="${title}">
<meta name="description" property="og:description" content="Private chat, end-to-end encrypted. No phone number needed.">
<link rel="icon" href="/logo.svg">
<link rel="stylesheet" href="/style.css">
<script src="/copy.js" defer></script>
<header>
<a href="/"><img src="/logo.svg" alt="Home"></a>
<h1>${title}</h1>
${below}</header>
<main>
${main}</main>
<footer>${links}</footer>
</html>
`;

export const HOME = '<a href="/">Home</a>';

/**
 * The page with a new account, for relays whose apps need to be told of their certificate. Works without the script.
 * nginx puts the steps in, which the home page of other relays has too.
 * @param address where the app connects to, if that is not the relay's name
 * @param another the page that gives another one
 */
export const joinPage = (
  email: string,
  link: string,
  picture: string,
  address?: string,
  another = '/join',
): string => {
  const domain = email.slice(email.indexOf('@') + 1);
  const escaped = link.replace(/&/g, '&amp;');
  const note =
    address === undefined
      ? ''
      : `<p class="note">This account connects to ${address}, because you opened this page at that address. It stops working when the relay moves. To connect to ${domain} instead, open <a href="http://${domain}/join">this page there</a> once the name is in DNS. Until then, no mail from other servers arrives.\n`;
  return page(
    'Your new account',
    `<p>${email}</p>\n`,
    `<a class="join" href="${escaped}">Join with Delta Chat</a>
<figure>
${picture}
<figcaption>or scan this code with the app</figcaption>
</figure>
<div class="copy"><code data-label="Copy link">${escaped}</code></div>
<p class="note">Keep the code and the link to yourself: they contain your password.
${note}<!--# include virtual="/steps" -->
`,
    `${HOME} <a href="${another}">Another account</a>`,
  );
};

/** In its place while there are no new addresses. */
export const closedPage = (reason: string): string => page('No new accounts', '', closedText(reason), HOME);

/** Shown instead if too many were requested. */
export const tooManyPage = (again = '/join'): string =>
  page(
    'Too many new accounts',
    '',
    '<p class="closed">Your network has asked too often. Try again in a minute.\n',
    `${HOME} <a href="${again}">Try again</a>`,
  );
