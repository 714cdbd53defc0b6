import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * Sixteen hex digits of the SHA-256 of a text. They do not reveal it, and are a valid part of a file name on every
 * system. Synchronous, which the hash of WebCrypto is not.
 */
export function shortHash(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, 16);
}
