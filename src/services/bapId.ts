import { ripemd160 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';

/** A BAP ID is a RIPEMD-160 hash in base58. */
const ID_BYTES = 20;
/** The maximum length of 20 bytes in base58. */
const MAX_ID_CHARACTERS = 28;

/** True for base58 of 20 bytes. False for a random ID of better-auth, which has 32 letters and digits. */
export function looksLikeBapId(id: string): boolean {
  return id.length <= MAX_ID_CHARACTERS && decodeBase58(id)?.length === ID_BYTES;
}

/**
 * True if a BAP ID was computed from a root address as base58(ripemd160(sha256(utf8(rootAddress)))), as bsv-bap does.
 * False proves nothing: older identities have random IDs. Takes time quadratic in the length of the ID.
 */
export function isComputedFrom(rootAddress: string, bapId: string): boolean {
  // WebCrypto has no RIPEMD-160, and Electron's Node may not have it either.
  const hash = ripemd160(sha256(new TextEncoder().encode(rootAddress)));
  const id = decodeBase58(bapId);
  return id?.length === hash.length && id.every((byte, at) => byte === hash[at]);
}

/** Bitcoin's alphabet, without 0, O, I, and l, which are easily confused. */
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/**
 * Decodes plain base58, without a version and a checksum. Each leading `1` is a zero byte. Undefined if there is any
 * other character. Takes quadratic time: limit the length of text from outside first.
 */
export function decodeBase58(text: string): Uint8Array<ArrayBuffer> | undefined {
  /** The number so far, least significant byte first. */
  const bytes: number[] = [];
  for (const character of text) {
    let carry = ALPHABET.indexOf(character);
    if (carry < 0) return undefined;
    for (const [at, byte] of bytes.entries()) {
      carry += byte * ALPHABET.length;
      bytes[at] = carry & 0xff;
      carry >>= 8;
    }
    if (carry > 0) bytes.push(carry);
  }
  const zeros = text.length - text.replace(/^1+/, '').length;
  return new Uint8Array([...new Array<number>(zeros).fill(0), ...bytes.reverse()]);
}
