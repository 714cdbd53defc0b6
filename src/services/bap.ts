import * as z from 'zod/mini';

/** One address of a BAP identity: where it stood on the chain, and since when. */
const BapAddress = z.object({
  address: z.string(),
  txId: z.exactOptional(z.string()),
  block: z.exactOptional(z.number()),
});

/** What the holder of a BAP identity published of themselves; every part is optional. */
export const BapProfile = z.object({
  alternateName: z.exactOptional(z.string()),
  givenName: z.exactOptional(z.string()),
  familyName: z.exactOptional(z.string()),
  description: z.exactOptional(z.string()),
  image: z.exactOptional(z.string()),
  rootAddress: z.exactOptional(z.string()),
  currentAddress: z.exactOptional(z.string()),
  addresses: z.exactOptional(z.array(BapAddress)),
});
export type BapProfile = z.infer<typeof BapProfile>;

export const BapIdentity = z.object({
  bapId: z.string(),
  pubkey: z.exactOptional(z.string()),
  profile: z.exactOptional(BapProfile),
});
export type BapIdentity = z.infer<typeof BapIdentity>;

/** A BAP id is about 27 base58 characters; this refuses only what cannot be an identifier. */
const BapId = z.string().check(z.regex(/^[\w.-]{1,128}$/));
const PublicKey = z.string().check(z.regex(/^0[23][0-9a-f]{64}$/i));

const text = z.catch(z.optional(z.string()), undefined);
const link = z.catch(z.optional(z.string().check(z.refine(isLink))), undefined);

/** The `bap` claim as BAP software publishes it. One wrong field costs that field only. */
const BapClaim = z.object({
  idKey: z.catch(z.optional(BapId), undefined),
  rootAddress: text,
  currentAddress: text,
  addresses: z.catch(z.optional(z.array(BapAddress)), undefined),
  identity: z.catch(
    z.optional(
      z.object({ alternateName: text, givenName: text, familyName: text, description: text, image: link }),
    ),
    undefined,
  ),
});

/**
 * Reads the BAP identity out of userinfo claims (`bap_id`, `pubkey`, and `bap`: a JSON string, an object, or
 * nothing). A malformed `bap` costs the profile, never the identity. Undefined for a person without a BAP id.
 */
export function readBapIdentity(claims: {
  bap_id?: unknown;
  pubkey?: unknown;
  bap?: unknown;
}): BapIdentity | undefined {
  const claim = z.safeParse(BapClaim, fromJson(claims.bap)).data;
  const bapId = z.safeParse(BapId, claims.bap_id).data ?? claim?.idKey;
  if (bapId === undefined) return undefined;
  const pubkey = z.safeParse(PublicKey, claims.pubkey).data;
  const profile = claim && readProfile(claim);
  return { bapId, ...(pubkey !== undefined && { pubkey }), ...(profile !== undefined && { profile }) };
}

function readProfile(claim: z.infer<typeof BapClaim>): BapProfile | undefined {
  const { rootAddress, currentAddress, addresses } = claim;
  const profile = withoutUndefined({ ...claim.identity, rootAddress, currentAddress, addresses });
  return Object.keys(profile).length > 0 ? profile : undefined;
}

/** A picture or link worth keeping. `data:` URIs reach 52 KB and would live in the system's keyring. */
export function isLink(address: string): boolean {
  return address.length <= 2_048 && !/^data:/i.test(address.trimStart());
}

function fromJson(claim: unknown): unknown {
  if (typeof claim !== 'string') return claim;
  try {
    return JSON.parse(claim);
  } catch {
    return undefined;
  }
}

/** The same object without its undefined members, which `exactOptionalPropertyTypes` tells apart from absent ones. */
export function withoutUndefined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
