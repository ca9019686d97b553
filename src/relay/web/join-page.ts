/** @param main what is between header and footer */
const page = (title: string, below: string, main: string, links: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<link rel="icon" href="/logo.svg">
<link rel="stylesheet" href="/style.css">
<header>
<a href="/"><img src="/logo.svg" alt="Home"></a>
<h1>${title}</h1>
${below}</header>
<main>
${main}</main>
<footer>${links}</footer>
</html>
`;

const HOME = '<a href="/">Home</a>';

/**
 * The page with a new account, for relays whose apps need to be told of their certificate. Needs no script.
 * @param address where the app connects to, if that is not the relay's name
 */
export const joinPage = (email: string, link: string, picture: string, address?: string): string => {
  const domain = email.slice(email.indexOf('@') + 1);
  const note =
    address === undefined
      ? ''
      : `<p>This account connects to ${address}, because this page was opened at that address. It stops working when the relay moves. To connect to ${domain} instead, open <a href="http://${domain}/join">this page there</a>, once DNS has that name. Until then no mail from other servers arrives.\n`;
  return page(
    'Your account',
    `<p>${email}</p>\n`,
    `<a class="join" href="${link.replace(/&/g, '&amp;')}">Open with Delta Chat</a>
<figure>
${picture}
<figcaption>or scan this code with the app</figcaption>
</figure>
<p>This code is for you alone: it holds your password.
${note}`,
    `${HOME} <a href="/join">Another one</a>`,
  );
};

/** In its place while there are no new addresses. */
export const closedPage = (reason: string): string =>
  page(
    'No new addresses',
    '',
    `<p class="closed">New addresses are refused at the moment: ${reason}.\n`,
    HOME,
  );
