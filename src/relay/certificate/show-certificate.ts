import type { Model } from '../../model/model.ts';
import { readersOf } from '../../model/readers.ts';
import { readText } from '../lib/read-text.ts';
import { reload } from '../lib/reload.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { ensureCertificate } from './ensure-certificate.ts';

/** The certificate that the servers have read since the machine started. */
const SHOWN = '/run/chatmail/certificate';

/** Notes that the servers have read the certificate that is there now, or are about to. */
export const noteShown = ({ certificate }: Model, note = SHOWN): void =>
  replaceFile(note, readText(certificate) ?? '');

/** Whether another certificate is there than the one that the servers have read. */
export const isUnread = ({ certificate }: Model, note = SHOWN): boolean => {
  const noted = readText(note);
  return noted !== undefined && noted !== readText(certificate);
};

/**
 * Has the servers read the certificate that is there, unless they have: what a run that was killed before left undone
 * is done by the next one.
 */
export const showCertificate = (model: Model, note = SHOWN, read = reload): void => {
  ensureCertificate(model);
  if (readText(note) === readText(model.certificate)) return;
  read(readersOf([model.certificate]), false);
  noteShown(model, note);
};
