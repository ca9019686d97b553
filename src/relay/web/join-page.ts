/** The page with a new account, for relays whose apps need to be told of their certificate. Needs no script. */
export const joinPage = (email: string, link: string, picture: string): string => {
  const href = link.replace(/&/g, '&amp;');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Your account</title>
<link rel="icon" href="/logo.svg">
<link rel="stylesheet" href="/style.css">
<header>
<a href="/"><img src="/logo.svg" alt="Home"></a>
<h1>Your account</h1>
<p>${email}</p>
</header>
<main>
<a class="join" href="${href}">Open with Delta Chat</a>
<figure>
${picture}
<figcaption>or scan this code with the app</figcaption>
</figure>
<p>This code is for you alone: it holds your password.
</main>
<footer><a href="/">Home</a> <a href="/join">Another one</a></footer>
</html>
`;
};
