import { describe } from 'vitest';
import type { Relay } from './relay.ts';
import { chatSuite } from './suite/chat.ts';
import { deliverySuite } from './suite/delivery.ts';
import { incomingSuite } from './suite/incoming.ts';
import { loginSuite } from './suite/logins.ts';
import { outgoingSuite } from './suite/outgoing.ts';
import { submissionSuite } from './suite/submission.ts';
import { transportSuite } from './suite/transport.ts';

const { domain = '_relay.test' } = { domain: process.env.RELAY_DOMAIN };
const hasDomain = !/^[\d.]+$/.test(domain);
const relay: Relay = {
  state: 'ready',
  address: '10.98.0.2',
  domain,
  ports: { smtp: 25, submission: 587, submissions: 465, imap: 143, imaps: 993, http: 80, https: 443 },
  exec: ['/tmp/mt/in.sh'],
};
const current = () => relay;
describe('chat', () => chatSuite(current, hasDomain));
describe('logins', () => loginSuite(current));
describe('transport', () => transportSuite(current));
describe('submission', () => submissionSuite(current));
describe('incoming', () => incomingSuite(current));
describe('delivery', () => deliverySuite(current));
describe('outgoing', () => outgoingSuite(current, hasDomain));
