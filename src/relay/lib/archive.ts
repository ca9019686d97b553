import { VERSION } from '../../version.ts';
import { readText } from './read-text.ts';

/** Where the release is published that this relay came from; `undefined` where it came from none. */
export const archiveUrl = (file = '/usr/share/chatmail/archive.sources'): string | undefined =>
  /^URIs: (.*)\/debian$/m.exec(readText(file) ?? '')?.[1];

/** This version, and where later ones come from. */
export const versionText = (url = archiveUrl()): string =>
  url === undefined ? VERSION : `${VERSION} from ${url}`;
