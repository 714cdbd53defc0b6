import * as z from 'zod/mini';
import { ripemd160 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';

import { safeText } from '../base/safeText.ts';
import { lenient, maybeJson, withoutUndefined } from '../http/schema.ts';
import { picture } from './picture.ts';

/** An address of a BAP identity, with the transaction and block height that recorded it. */
const BapAddress = z.object({
  address: z.string(),
  txId: z.exactOptional(z.string()),
  block: z.exactOptional(z.number()),
});

/** The published profile of a BAP identity. Every part is optional. */
export const BapProfile = z.object({
  alternateName: z.exactOptional(z.string()),
  givenName: z.exactOptional(z.string()),
  familyName: z.exactOptional(z.string()),
  description: z.exactOptional(z.string()),
  image: z.exactOptional(z.string()),
  rootAddress: z.exactOptional(z.string()),
  currentAddress: z.exactOptional(z.string()),
  addresses: z.exactOptional(z.array(BapAddress)),
  /** All other published members, unchanged: their texts are not safe to show. */
  other: z.exactOptional(z.looseObject({})),
});
export type BapProfile = z.infer<typeof BapProfile>;

export const BapIdentity = z.object({
  bapId: z.string(),
  pubkey: z.exactOptional(z.string()),
  /** The BAP ID was computed from the profile's root address. False proves nothing. */
  rootAddressProven: z.boolean(),
  profile: z.exactOptional(BapProfile),
});
export type BapIdentity = z.infer<typeof BapIdentity>;

const PUBLIC_KEY = /^0[23][0-9a-f]{64}$/i;
const PublicKey = z.string().check(z.refine((key) => PUBLIC_KEY.test(key)));
/**
 * A BAP ID has about 27 base58 characters. This check is wider, and rejects only what cannot be an ID. Some servers
 * send the public key instead.
 */
export const BapId = z.string().check(z.refine((id) => /^[\w.-]{1,128}$/.test(id) && !PUBLIC_KEY.test(id)));

/** Limits for a profile, because it is stored in the system's keyring. */
const MAX_CHARACTERS = 500;
const MAX_ADDRESSES = 100;
const MAX_OTHER_CHARACTERS = 4_000;

const shownText = z.pipe(
  lenient(z.string()),
  z.transform((value) => (value === undefined ? undefined : safeText(value, MAX_CHARACTERS))),
);

/** The `bap` claim as BAP software publishes it. A malformed member counts as absent. */
const BapClaim = z.object({
  idKey: lenient(BapId),
  rootAddress: shownText,
  currentAddress: shownText,
  addresses: z.pipe(
    lenient(z.array(BapAddress)),
    z.transform((addresses) => addresses?.slice(0, MAX_ADDRESSES).map(safeAddress)),
  ),
  identity: lenient(
    z.looseObject({
      alternateName: shownText,
      givenName: shownText,
      familyName: shownText,
      description: shownText,
      image: picture,
    }),
  ),
});

const MaybeBapClaim = z.pipe(maybeJson, BapClaim);

/**
 * Reads the BAP identity from userinfo claims: `bap_id`, `pubkey`, and `bap`, which is a JSON string, an object, or
 * absent. With a malformed `bap`, the identity has no profile. Undefined without a BAP ID.
 */
export function readBapIdentity(claims: {
  bap_id?: unknown;
  pubkey?: unknown;
  bap?: unknown;
}): BapIdentity | undefined {
  const claim = z.safeParse(MaybeBapClaim, claims.bap).data;
  const bapId = z.safeParse(BapId, claims.bap_id).data ?? claim?.idKey;
  if (bapId === undefined) return undefined;
  const pubkey = z.safeParse(PublicKey, claims.pubkey).data;
  const profile = claim && readProfile(claim);
  const { rootAddress = '' } = profile ?? {};
  const rootAddressProven = rootAddress !== '' && isComputedFrom(rootAddress, bapId);
  return { bapId, rootAddressProven, ...withoutUndefined({ pubkey, profile }) };
}

function readProfile(claim: z.infer<typeof BapClaim>): BapProfile | undefined {
  const { rootAddress, currentAddress, addresses } = claim;
  const { alternateName, givenName, familyName, description, image, ...unknown } = claim.identity ?? {};
  const names = { alternateName, givenName, familyName, description, image };
  const other = fitsInStorage(unknown) ? unknown : undefined;
  const profile = withoutUndefined({ ...names, rootAddress, currentAddress, addresses, other });
  return Object.keys(profile).length > 0 ? profile : undefined;
}

/** False for an object that is empty, too large, or nested so deeply that JSON.stringify throws a RangeError. */
function fitsInStorage(object: Record<string, unknown>): boolean {
  try {
    const size = JSON.stringify(object).length;
    return size > '{}'.length && size <= MAX_OTHER_CHARACTERS;
  } catch {
    return false;
  }
}

function safeAddress({ address, txId, block }: z.infer<typeof BapAddress>): z.infer<typeof BapAddress> {
  return withoutUndefined({ address: safeText(address), txId: txId && safeText(txId), block });
}

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
