import { ARCHIVE_SOURCES } from '../../model/packages.ts';
import { VERSION } from '../../version.ts';
import { readText } from './read-text.ts';

/** Where the release is published that this relay came from; `undefined` where it came from none. */
export const archiveUrl = (file = ARCHIVE_SOURCES): string | undefined =>
  /^URIs: (https?:\S+)\/debian$/m.exec(readText(file) ?? '')?.[1];

/** This version, and where later ones come from. */
export const versionText = (url = archiveUrl()): string =>
  url === undefined ? VERSION : `${VERSION} from ${url}`;
