import { randomUUID } from 'node:crypto';
import { generate } from 'selfsigned';

/** A certificate and its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

interface Different {
  /** Without one, the certificate is self-signed. */
  readonly issuer?: Certificate;
  readonly host?: string;
  readonly from?: Date;
  readonly until?: Date;
}

const DAY_MS = 86_400_000;
/** The date this many days from now. */
export const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);

/** A server certificate, by default valid for `localhost` from yesterday until tomorrow. */
export async function certificate(different: Different = {}): Promise<Certificate> {
  const { issuer, host = 'localhost', from = inDays(-1), until = inDays(1) } = different;
  const made = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: from,
    notAfterDate: until,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: host }] }],
    ...(issuer !== undefined && { ca: issuer }),
  });
  return { cert: made.cert, key: made.private };
}

/** A CA certificate with a unique name. */
export async function authority(): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: `Authority ${randomUUID()}` }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: inDays(-30),
    notAfterDate: inDays(30),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  return { cert: made.cert, key: made.private };
}
