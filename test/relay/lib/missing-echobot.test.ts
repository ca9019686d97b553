import { expect, test } from 'vitest';
import { missingEchobot } from '../../../src/relay/lib/missing-echobot.ts';

test('the bot is missed where its core is not there', () => {
  expect(missingEchobot('/nowhere/core')).toContain('not installed: /nowhere/core is missing');
  expect(missingEchobot(process.execPath)).toBeUndefined();
});
