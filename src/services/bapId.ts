import { decodeBase58 } from './base58.ts';

/** A BAP id is a RIPEMD-160 hash in base58. */
const ID_BYTES = 20;
/** The most base58 characters that 20 bytes have. */
const MAX_ID_CHARACTERS = 28;

/**
 * Whether a text can be a BAP id: base58 of 20 bytes. A random id of better-auth, with 32 letters and digits, is not.
 */
export function hasBapIdForm(id: string): boolean {
  return id.length <= MAX_ID_CHARACTERS && decodeBase58(id)?.length === ID_BYTES;
}
