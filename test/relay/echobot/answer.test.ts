import { expect, test } from 'vitest';
import { echoOf, HELP, type Message } from '../../../src/relay/echobot/answer.ts';

const message: Message = {
  chatId: 7,
  text: 'Hello',
  isInfo: false,
  isBot: false,
  file: null,
  fileName: null,
  viewType: 'Text',
};
const picture = { file: '/accounts/blob/1.png', fileName: 'cat.png', viewType: 'Image' };

test.each<[string, Partial<Message>, object | undefined]>([
  ['text', {}, { text: 'Hello' }],
  [
    'a file',
    { ...picture, text: '' },
    { text: '', file: picture.file, filename: 'cat.png', viewtype: 'Image' },
  ],
  [
    'a file without a name',
    { ...picture, fileName: null },
    { text: 'Hello', file: picture.file, viewtype: 'Image' },
  ],
  ['a call for help', { text: ' /help\n' }, { text: HELP }],
  ['what only contains it', { text: 'what is /help?' }, { text: 'what is /help?' }],
  ['nothing', { text: '' }, undefined],
  ['a note of the app', { isInfo: true }, undefined],
  ['another bot', { isBot: true }, undefined],
])('%s', (_, given, echo) => expect(echoOf({ ...message, ...given })).toEqual(echo));
