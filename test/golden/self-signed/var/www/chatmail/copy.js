// Gives everything that is there to be copied a button.
const addButtons = () => {
  for (const code of document.querySelectorAll('.copy code')) {
    const button = document.createElement('button');
    const label = code.dataset.label ?? 'Copy';
    button.textContent = label;
    button.onclick = () => {
      // The Clipboard API is for pages with a certificate.
      getSelection().selectAllChildren(code);
      document.execCommand('copy');
      getSelection().removeAllRanges();
      button.textContent = 'Copied';
      setTimeout(() => {
        button.textContent = label;
      }, 2000);
    };
    code.after(button);
  }
};
addButtons();
