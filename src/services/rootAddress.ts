import { ripemd160 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';

import { decodeBase58 } from './base58.ts';

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
