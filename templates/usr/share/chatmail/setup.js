// What the setup page does better with a script: news without loading anew. Buttons to copy are copy.js's.
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
    if (!next.querySelector('.setup')) return location.reload();
    const isUnfolded = document.querySelector('details[open]');
    for (const part of ['title', 'header', 'main'])
      document.querySelector(part).replaceWith(next.querySelector(part));
    if (isUnfolded) document.querySelector('details')?.setAttribute('open', '');
    addButtons();
    shown = page;
  } catch {
    // It restarts.
  }
};
look();
setInterval(look, 3000);
