import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/**
 * Encrypts the stored sessions with AES-256-GCM. The id of a session is authenticated together with its text, so the
 * file of one session cannot be used as the file of another one.
 */
export class SessionCipher {
  readonly #key: Uint8Array;

  /** `key`: 32 secret bytes. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** A name for what belongs to this key. It does not tell the key. */
  get name(): string {
    return createHmac('sha256', this.#key).update('bap-identity: name of the key').digest('hex').slice(0, 32);
  }

  encrypt(id: string, text: string): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(context(id));
    const encrypted = [cipher.update(text, 'utf8'), cipher.final()];
    return Buffer.concat([nonce, ...encrypted, cipher.getAuthTag()]);
  }

  /** Undefined for bytes that were not encrypted with this key for this id. */
  decrypt(id: string, bytes: Uint8Array): string | undefined {
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES))
        .setAAD(context(id))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      return undefined; // the bytes are foreign or damaged
    }
  }
}

function context(id: string): Uint8Array {
  return Buffer.from(`bap-identity: session 1 ${id}`);
}
