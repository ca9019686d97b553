import { BY_INVITATION } from './invitations.ts';

/** What a page says in place of how to join. Reasons are from a fixed set. */
export const closedText = (reason: string): string =>
  reason === BY_INVITATION
    ? '<p class="closed">This relay is for invited people. Ask its operator for an invitation.\n'
    : `<p class="closed">New accounts are not available at the moment: ${reason}. Existing ones keep working.\n`;
