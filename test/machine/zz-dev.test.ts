import type { Relay } from './relay.ts';
import { relaySuite } from './relay-suite.ts';

const { domain = '_relay.test' } = process.env.RELAY_DOMAIN ? { domain: process.env.RELAY_DOMAIN } : {};
const relay: Relay = {
  state: 'ready',
  address: '10.98.0.2',
  domain,
  ports: { smtp: 25, submission: 587, submissions: 465, imap: 143, imaps: 993, http: 80, https: 443 },
  exec: ['/tmp/mt/in.sh'],
};
relaySuite(() => relay, { hasDomain: !/^[\d.]+$/.test(domain) });
