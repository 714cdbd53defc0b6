import { ripemd160 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';

/** A BAP id is a RIPEMD-160 hash in base58. */
const ID_BYTES = 20;
/** The most base58 characters that 20 bytes have. */
const MAX_ID_CHARACTERS = 28;

/**
 * Whether a text can be a BAP id: base58 of 20 bytes. A random id of better-auth, with 32 letters and digits, is not.
 */
export function looksLikeBapId(id: string): boolean {
  return id.length <= MAX_ID_CHARACTERS && decodeBase58(id)?.length === ID_BYTES;
}

/**
 * Whether a BAP id was computed from a root address: base58(ripemd160(sha256(utf8(rootAddress)))), as bsv-bap does.
 * False proves nothing: older identities have random ids. The time grows with the square of the id's length.
 */
export function isComputedFrom(rootAddress: string, bapId: string): boolean {
  // WebCrypto has no RIPEMD-160, and Electron's Node may have none either.
  const hash = ripemd160(sha256(new TextEncoder().encode(rootAddress)));
  const id = decodeBase58(bapId);
  return id?.length === hash.length && id.every((byte, at) => byte === hash[at]);
}

/** Bitcoin's alphabet. It has no 0, O, I and l, because people mistake them for each other. */
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/**
 * The bytes of a text in plain base58: without a version and a checksum. A `1` at the start is a byte 0.
 * Undefined for a text with any other character. The time grows with the square of the length: limit the length of
 * a text from outside first.
 */
export function decodeBase58(text: string): Uint8Array<ArrayBuffer> | undefined {
  /** The number so far, its lowest byte first. */
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
