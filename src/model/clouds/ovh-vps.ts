import type { Cloud } from './cloud.ts';
import { documented } from './fact.ts';
import { ovh } from './ovh.ts';

/** Its VPS have no form for user-data. */
export const ovhVps = {
  name: 'ovh-vps',
  aliases: [],
  title: 'OVHcloud VPS',
  userData: {},
  cloudInit: { names: [] },
  port25: ovh.port25,
  reverseDns: ovh.reverseDns,
  firewall: documented({ name: 'Edge Network Firewall', isClosed: false }, 'ovh/docs, network firewall'),
  login: documented('debian', 'ovh/docs, getting started with a VPS'),
} as const satisfies Cloud;
