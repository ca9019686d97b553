import { createHash, createSign, generateKeyPairSync } from 'node:crypto';

/** A domain's key: what it publishes, and how it signs (RFC 6376, simple/simple). */
export interface DkimSigner {
  /** The TXT record for `mail._domainkey`. */
  readonly record: string;
  /** The message with a signature in front that says it is this domain's. */
  sign(mail: string, domain: string): string;
}

const SIGNED = ['from', 'to', 'subject', 'date', 'message-id'];

export const makeDkimSigner = (): DkimSigner => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return {
    record: `v=DKIM1;k=rsa;p=${publicKey.toString('base64')}`,
    sign: (mail, domain) => {
      const [head = '', ...rest] = mail.split('\r\n\r\n');
      const body = `${rest.join('\r\n\r\n').replace(/(\r\n)*$/, '')}\r\n`;
      const digest = createHash('sha256').update(body, 'latin1').digest('base64');
      const fields = head
        .split('\r\n')
        .filter((line) => SIGNED.includes(line.split(':')[0]?.toLowerCase() ?? ''));
      const names = fields.map((line) => line.split(':')[0]).join(':');
      const header = `DKIM-Signature: v=1; a=rsa-sha256; d=${domain}; s=mail; h=${names}; bh=${digest}; b=`;
      const signature = createSign('sha256')
        .update(`${fields.join('\r\n')}\r\n${header}`, 'latin1')
        .sign(privateKey, 'base64');
      return `${header}${signature}\r\n${mail}`;
    },
  };
};
