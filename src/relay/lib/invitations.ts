import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Model } from '../../model/model.ts';
import type { DictHandlers } from './dict-server.ts';

/** Why there are no new addresses for those who were not invited. */
export const BY_INVITATION = 'by invitation only';

/** Names that were given to somebody with an invitation, until their first login. */
export interface Reservations {
  /** Whether a name is reserved for who has this password, or for another. */
  readonly claim: (name: string, password: string) => 'own' | 'another' | undefined;
  /** The address exists now. */
  readonly redeem: (name: string) => Promise<void>;
}

/** What doveauth has of invitations. */
export interface Invitations extends Reservations {
  /** What the web may ask. */
  readonly guests: NonNullable<DictHandlers['lookup']>;
  /** What root may ask and order. */
  readonly operator: NonNullable<DictHandlers['lookup']>;
}

/** What the rest of doveauth knows. */
export interface Known {
  /** Whether there is an address of that name. */
  readonly isTaken: (name: string) => boolean;
  /** Why not even invited people get an address now. */
  readonly whyClosed: () => string | undefined;
}

/** What the web gives somebody with an invitation, and may need for that. */
export interface Guest {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly host: string;
  /** An answer of doveauth's. */
  readonly lookup: (key: string) => Promise<string | undefined>;
  /** Whether this client may have one more account; whether it may be wrong once more. */
  readonly mayCreate: () => boolean;
  readonly mayErr: () => boolean;
  /** A QR code. */
  readonly draw: (text: string) => Promise<string>;
}

/** The module of the package chatmail-relay-extras in which invitations are. */
export interface InvitationsModule {
  readonly openInvitations: (file: string, known: Known) => Invitations;
  readonly answerGuest: (
    model: Model,
    guest: Guest,
  ) => Promise<{
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  }>;
}

/** That module where the package is installed; `undefined` elsewhere: then nobody can be invited. */
export const loadInvitations = (file = '/usr/lib/chatmail/invitations.cjs'): InvitationsModule | undefined =>
  existsSync(file) ? createRequire(file)(file) : undefined;
