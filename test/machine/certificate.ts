import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** A certificate that signs itself, and its key, in PEM. `names` are names of DNS that it is for. */
export const makeCertificate = async (
  subject: string,
  ...names: readonly string[]
): Promise<{ readonly key: string; readonly cert: string }> => {
  const folder = await mkdtemp(join(tmpdir(), 'certificate-'));
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const alternatives = names.map((name) => `DNS:${name}`).join();
  const extension = alternatives ? ['-addext', `subjectAltName=${alternatives}`] : [];
  const files = ['-keyout', key, '-out', cert, '-subj', `/CN=${subject}`];
  await execa('openssl', ['req', '-x509', ...kind, ...extension, ...files]);
  const pair = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  await rm(folder, { recursive: true });
  return pair;
};
