/** What `setup.ts` builds before the tests, and the tests boot. */
export const TAR = 'dist/chatmail-relay.tar';
export const QCOW2 = 'dist/chatmail-relay.qcow2';
