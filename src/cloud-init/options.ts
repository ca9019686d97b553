import type { Payload } from '../package/payload.ts';
import type { PinnedPackage } from '../package/pin.ts';
import type { Extra } from './extra.ts';

/** What the text is for: our image, where it only sets; or a stock Debian 12, which it makes a relay. */
export type Base = 'image' | 'debian';

export interface UserDataOptions {
  /** `image` by default. */
  readonly base?: Base | undefined;
  /** Name of a cloud, or what else it is called; the text is checked against what is known of it. */
  readonly provider?: string | undefined;
  /**
   * For `debian`: URLs of folders that have the packages. Where a text with the whole relay is not known to fit, it
   * fetches them, from the first that has them.
   */
  readonly sources?: readonly string[] | undefined;
  /** What is at the sources: chatmail-relay and, last, chatmail-relay-extras. */
  readonly packages?: readonly PinnedPackage[] | undefined;
  /** For `debian`: a shell script to run as root, where there is no cloud-init, instead of cloud-config. */
  readonly isScript?: boolean | undefined;
  /** Compressed, where a provider's client or API takes a file as it is; cloud-init unpacks it. */
  readonly isGzip?: boolean | undefined;
  /** Lines for `authorized_keys` of the image's user. */
  readonly sshKeys?: readonly string[] | undefined;
  readonly hostname?: string | undefined;
  /** A URL that cloud-init posts to when all is done. */
  readonly phoneHome?: string | undefined;
  /** For `debian`: URL of an archive to use instead of the image's. */
  readonly mirror?: string | undefined;
  /** Cloud-config to merge in. */
  readonly extra?: Extra | undefined;
  /** For `debian`: what `npm run build` has made, by default. */
  readonly payload?: Payload | undefined;
}
