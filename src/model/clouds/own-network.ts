import type { Cloud } from './cloud.ts';
import { documented } from './fact.ts';

const SOURCE = 'the machine stands in your own network';

/** Facts about machines on the operator's own computer. */
export const ownNetwork = {
  port25: documented({ state: 'your own', text: "your own network's" }, SOURCE),
  reverseDns: documented("your own network's", SOURCE),
  firewall: documented({ name: 'a firewall of your own', isClosed: false }, SOURCE),
} as const satisfies Partial<Cloud>;
