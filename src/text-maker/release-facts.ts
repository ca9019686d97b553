import type { Payload } from '../package/payload.ts';
import type { PinnedPackage } from '../package/pin.ts';

/** What the text maker has to know of the release that it is part of. */
export interface ReleaseFacts {
  readonly version: string;
  /** Where the release is published. */
  readonly url?: string;
  /** What a text fetches: chatmail-relay and, last, chatmail-relay-extras. */
  readonly packages: readonly PinnedPackage[];
  /** What a text carries. Without it, every text fetches the packages. */
  readonly payload?: Payload;
}
