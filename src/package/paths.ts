import { fileURLToPath } from 'node:url';

/** The project's own folder: this file is two levels below it, in `src/` and in `lib/` alike. */
export const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** The JSON Schema of `chatmail.yaml`, in the project's folder. */
export const SCHEMA_NAME = 'chatmail.schema.json';

/** The relay's bundled program, made by `npm run build`. */
export const PROGRAM = `${PROJECT}lib/relay/chatmail`;

/** The bundled commands of the second package, made by `npm run build`. */
export const EXTRAS = `${PROJECT}lib/relay/chatmail-extras.cjs`;

/** Its module for invitations, made by `npm run build`. */
export const INVITATIONS = `${PROJECT}lib/relay/chatmail-invitations.cjs`;

/** The page that makes texts, without the facts of a release; made by `npm run build`. */
export const TEXT_MAKER = `${PROJECT}lib/text-maker.html`;

/** The bundled program that tries updates, of the second package, made by `npm run build`. */
export const TRIAL = `${PROJECT}lib/relay/chatmail-trial`;

/** The relay's package as it travels in user-data, made by `npm run build`. */
export const PAYLOAD = `${PROJECT}lib/relay/payload.json`;

/** What unpacks it there, without the size of what it unpacks; made by `npm run build`. */
export const UNPACKER = `${PROJECT}lib/relay/unpack.js`;
