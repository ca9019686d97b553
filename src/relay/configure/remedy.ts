import { relayCloud } from '../../model/clouds/relay-cloud.ts';

/** What the owner of a machine does about wrong settings. Not everywhere does a reboot read another text. */
export const remedy = (cloud: string | undefined): string =>
  `Correct the text you pasted, ${relayCloud(cloud).isEditable ? 'and reboot' : 'then rebuild or recreate the machine with it'}.`;
