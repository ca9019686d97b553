import { type Command, defineCommand } from '../commands/command.ts';
import { completionScript, SHELLS } from './completion.ts';

/** The command that prints the completion of all commands. */
export const completionCommand = (commands: () => Promise<readonly Command[]>): Command =>
  defineCommand({
    name: 'completion',
    summary: 'print a script that completes commands and options in a shell',
    usage: SHELLS.join('|'),
    operands: [1, 1],
    words: SHELLS,
    description: [
      'Completes the name chatmail-image, which `npm link` puts on your PATH.',
      'bash: source <(chatmail-image completion bash)',
      'zsh:  source <(chatmail-image completion zsh)',
      'fish: chatmail-image completion fish | source',
    ].join('\n'),
    options: {},
    async run({ stdout, usage }, { operands: [name] }) {
      const shell = SHELLS.find((one) => one === name);
      if (!shell) return usage(`there is no completion for \`${name}\``, `there is for ${SHELLS.join(', ')}`);
      stdout.write(completionScript(shell, await commands()));
      return 0;
    },
  });
