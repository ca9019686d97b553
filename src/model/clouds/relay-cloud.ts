import type { Question } from './cloud.ts';
import { RELAY_CLOUDS } from './relay-table.ts';

/** What a relay has to know of the cloud it is in. Places are those of the record (`cloud.ts`). */
export interface RelayCloud {
  readonly ipv4?: string;
  readonly ask?: Question;
  readonly tags?: string;
  /** The text can be changed there, and cloud-init reads it again at the next boot. */
  readonly isEditable?: true;
  /** How its customers get outgoing port 25 opened: a sentence. */
  readonly port25?: string;
}

/** What is known of the cloud that cloud-init calls so; the name comes from outside. */
export const relayCloud = (name: string | undefined): RelayCloud =>
  (name !== undefined && Object.hasOwn(RELAY_CLOUDS, name) && RELAY_CLOUDS[name]) || {};
