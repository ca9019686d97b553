import { MilterProtocolError, packet } from './packet.ts';

/** A change to a message that is accepted. */
export type Edit =
  /** The `index`-th field of that name, counted from 1 at the top; an empty value removes it. */
  | { readonly header: string; readonly index: number; readonly value: string }
  /** Another reverse-path; empty is the null sender. */
  | { readonly sender: string };

/** What becomes of a message: an SMTP reply that refuses it, or the changes it is accepted with. */
export type Verdict = { readonly refusal: string } | { readonly edits: readonly Edit[] };

export const CONTINUE = packet('c');
/** Postfix answers `451 4.7.1 Service unavailable - try again later`. */
export const TEMPFAIL = packet('t');

/** An SMTP reply. Sendmail takes it for a format string, so `%` is doubled. */
export const refuse = (reply: string): Buffer => packet('y', reply.replaceAll('%', '%%'));

const edit = (change: Edit): Buffer =>
  'header' in change
    ? packet('m', change.index, change.header, change.value && ` ${change.value}`)
    : packet('e', `<${change.sender}>`);

/** The answer to the end of a message: SMFIR_REPLYCODE, or changes and SMFIR_CONTINUE. */
export const conclude = (verdict: Verdict): Buffer =>
  'refusal' in verdict ? refuse(verdict.refusal) : Buffer.concat([...verdict.edits.map(edit), CONTINUE]);

/** SMFIF_CHGHDRS, SMFIF_CHGFROM */
const ACTIONS = 0x10 | 0x40;
/**
 * SMFIP_NOCONNECT, NOHELO, NOEOH, NR_HDR, NOUNKNOWN, NODATA, NR_BODY: only what decides is sent, and waited for.
 * SMFIP_HDR_LEADSPC: with the space after the colon, which a signature may cover.
 */
const STEPS = 0x1 | 0x2 | 0x40 | 0x80 | 0x100 | 0x200 | 0x80000 | 0x100000;

/** The answer to SMFIC_OPTNEG. Throws where the peer cannot do what the filter needs. */
export const negotiate = (offer: Buffer): Buffer => {
  const [version, actions, steps] = [0, 4, 8].map((at) => (offer.length < 12 ? 0 : offer.readInt32BE(at)));
  if (
    !(version && version >= 6 && (Number(actions) & ACTIONS) === ACTIONS && (Number(steps) & STEPS) === STEPS)
  )
    throw new MilterProtocolError('peer lacks version 6');
  return packet('O', 6, ACTIONS, STEPS);
};
