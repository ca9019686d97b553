// What the setup page does better with a script: copying, and news without loading anew.
const addButtons = () => {
  for (const code of document.querySelectorAll('main code')) {
    const button = document.createElement('button');
    button.textContent = 'Copy';
    button.onclick = () => {
      // The Clipboard API is for pages with a certificate.
      getSelection().selectAllChildren(code);
      document.execCommand('copy');
      getSelection().removeAllRanges();
      button.textContent = 'Copied';
      setTimeout(() => {
        button.textContent = 'Copy';
      }, 2000);
    };
    code.after(button);
  }
};
let shown;
const look = async () => {
  try {
    const answer = await fetch(location, { redirect: 'manual' });
    // The relay is ready: its home page is by HTTPS.
    if (answer.type === 'opaqueredirect') return location.reload();
    const page = await answer.text();
    if (page === shown) return;
    const next = new DOMParser().parseFromString(page, 'text/html');
    // The relay is ready: this is its home page.
    if (!next.querySelector('.setup')) location.reload();
    for (const part of ['title', 'header', 'main'])
      document.querySelector(part).replaceWith(next.querySelector(part));
    addButtons();
    shown = page;
  } catch {
    // It restarts.
  }
};
addButtons();
look();
setInterval(look, 3000);
