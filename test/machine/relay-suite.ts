import { describe } from 'vitest';
import type { Relay } from './relay.ts';
import { chatSuite } from './suite/chat.ts';
import { deliverySuite } from './suite/delivery.ts';
import { incomingSuite } from './suite/incoming.ts';
import { loginSuite } from './suite/logins.ts';
import { mxdelivSuite } from './suite/mxdeliv.ts';
import { outgoingSuite } from './suite/outgoing.ts';
import { privacySuite } from './suite/privacy.ts';
import { submissionSuite } from './suite/submission.ts';
import { systemSuite } from './suite/system.ts';
import { transportSuite } from './suite/transport.ts';
import { webSuite } from './suite/web.ts';

export interface SuiteOptions {
  /** The relay has a domain (one that starts with `_`); otherwise an address is all it has. */
  readonly hasDomain: boolean;
  /** It runs our image, and not a system that somebody else put together. */
  readonly isOurImage?: boolean;
}

/**
 * All that a relay with a self-signed certificate must do, whichever way it was made. `current` is asked in the
 * tests, so that the relay may be started in a hook. It needs a way in (`exec`), and to reach this computer.
 */
export const relaySuite = (current: () => Relay, { hasDomain, isOurImage = true }: SuiteOptions): void => {
  describe('chat', () => chatSuite(current, hasDomain));
  describe('logins', () => loginSuite(current));
  describe('transport', () => transportSuite(current));
  describe('submission', () => submissionSuite(current));
  describe('incoming', () => incomingSuite(current));
  describe('mxdeliv', () => mxdelivSuite(current));
  describe('delivery', () => deliverySuite(current));
  describe('outgoing', () => outgoingSuite(current, hasDomain));
  describe('web', () => webSuite(current));
  describe('system', () => systemSuite(current, { hasDomain, isOurImage }));
  // The other suites have sent and received by now.
  describe('privacy', () => privacySuite(current));
};
