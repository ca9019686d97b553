import { readFileSync } from 'node:fs';
import type { CheckedRecord } from '../../dns/compare.ts';
import { PATHS } from '../../model/model.ts';
import type { Addresses } from '../../model/zone.ts';

/** How it stands with the certificate that clients see. */
export interface CertificateState {
  readonly state: 'self-signed' | 'placeholder' | 'waiting' | 'valid' | 'failed' | 'external';
  /** In words: until when it is valid, what it waits for, or what failed. */
  readonly detail: string;
  /** How often in a row the authority was asked in vain, and the Unix time before which it is not asked again. */
  readonly tries?: number;
  readonly retryAt?: number;
  /** It is valid for less than two days more. */
  readonly isEnding?: boolean;
  /** It answered, and refused. */
  readonly isRefused?: boolean;
}

/** Where a relay is on its way to readiness: one JSON file of root's, shown by `chatmail status` and on the console. */
export interface State {
  readonly state: 'configuring' | 'starting' | 'waiting' | 'ready' | 'error';
  /** What it is doing or waiting for, in a few words. */
  readonly step: string;
  readonly domain?: string;
  readonly address?: string;
  /** The cloud it runs in, as cloud-init calls it. */
  readonly cloud?: string | undefined;
  /** Those the Internet is to find it at. */
  readonly addresses?: Addresses;
  /** Where each setting that is not a default came from. */
  readonly sources?: Readonly<Record<string, string>>;
  /** Printed problems, with their place; only in state `error`, or warnings. In words that everybody may read. */
  readonly problems?: string | undefined;
  /** The same for root alone: with what the user wrote, and what programs printed. */
  readonly details?: string | undefined;
  /** Unix time at which it was ready for the first time, in seconds. */
  readonly readyAt?: number;
  /** Unix time of this entry, in seconds. */
  readonly since: number;
  /** What DNS should say and what it says. */
  readonly dns?: readonly CheckedRecord[] | undefined;
  readonly certificate?: CertificateState | undefined;
  /** The account at the certificate authority, by its URL, once there is one. */
  readonly account?: string | undefined;
  /** The authority that this account is at: its directory, and its names in CAA records, at least one. */
  readonly authority?: { readonly directory: string; readonly issuers: readonly string[] };
  /** Whether mail gets out of the provider's network. */
  readonly port25?: 'open' | 'blocked' | 'unknown';
}

/** `undefined` where there is none, or a damaged one: each step on the way to readiness writes it again. */
export const readState = (path: string = PATHS.state): State | undefined => {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as State | undefined;
    return typeof found?.state === 'string' && typeof found.step === 'string' ? found : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') throw error;
    return undefined;
  }
};
