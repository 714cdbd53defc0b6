import { randomUUID } from 'node:crypto';
import { generate } from 'selfsigned';

/** A certificate and its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

interface Different {
  /** Without one, the certificate signs itself. */
  readonly issuer?: Certificate;
  readonly host?: string;
  readonly from?: Date;
  readonly until?: Date;
}

const DAY_MS = 86_400_000;
/** The day that is so many days from now. */
export const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);

/** A certificate of a server, which is good for `localhost` from yesterday until tomorrow unless it is to differ. */
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

/** The certificate of an authority, which signs those of servers. Each has a name of its own. */
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
