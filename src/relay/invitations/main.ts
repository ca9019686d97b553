/** What the relay's services load from the package chatmail-relay-extras: see `lib/invitations.ts`. */
export { answerGuest } from './answer.ts';
export { openInvitations } from './open.ts';
