import { copyButton } from './copy-button.ts';
import { element, prose } from './element.ts';
import { field, PLAIN } from './field.ts';
import { type Part, section } from './part.ts';

const PLATFORMS: readonly (readonly [string, string])[] = [
  ['Windows', 'Open PowerShell from the Start menu.'],
  ['macOS', 'Open Terminal, in Applications, Utilities.'],
  ['Linux', 'Open a terminal.'],
  ['Phone', 'Let an SSH app make a key, and copy its public key from there.'],
];

const COMMANDS = ['ssh-keygen -t ed25519', 'cat ~/.ssh/id_ed25519.pub'] as const;

/** A line for a shell, to be copied. */
const command = (line: string): HTMLElement =>
  element(
    'div',
    { class: 'command' },
    element('code', {}, line),
    copyButton('Copy', () => line),
  );

const instructions = (): HTMLElement =>
  element(
    'details',
    {},
    element('summary', {}, 'How to make a key'),
    element(
      'dl',
      {},
      ...PLATFORMS.flatMap(([name, what]) => [element('dt', {}, name), element('dd', {}, what)]),
    ),
    element('p', {}, 'Make the key, and press Enter at each question:'),
    command(COMMANDS[0]),
    element('p', {}, 'Show its public half, one line, and paste it above:'),
    command(COMMANDS[1]),
  );

/** Public keys to log in with. */
export const keyStep = (): Part => {
  const keys = element('textarea', {
    id: 'ssh-keys',
    rows: '3',
    maxlength: '16384',
    placeholder: 'ssh-ed25519 AAAA… me@laptop',
    ...PLAIN,
  });
  const entry = field(
    keys,
    'Public key',
    prose('One line for each key. It becomes part of the text, but never of a link.'),
  );
  const none = element('p', {}, 'You log in by SSH to run the script, so it needs no key.');
  const asked = element(
    'div',
    {},
    element('p', {}, 'Optional: a relay looks after itself. With an SSH key you can log in to it.'),
    entry.element,
    instructions(),
  );
  return {
    element: section('key', 'Do you want to log in?', none, asked),
    read: () => ({ sshKeys: keys.value }),
    show: ({ isScript, wrongKey }) => {
      none.hidden = !isScript;
      asked.hidden = isScript;
      entry.complain(wrongKey);
    },
  };
};
