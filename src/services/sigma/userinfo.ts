import * as z from 'zod/mini';

import { identifier, lenient } from '../../http/schema.ts';
import type { Http, HttpRequest } from '../../http/send.ts';
import { readBapIdentity } from '../bap.ts';
import { createPerson, type Person } from '../person.ts';
import { picture } from '../picture.ts';
import type { Grant } from '../service.ts';
import { askForOwner, type OwnerAnswer } from '../tokenOwner.ts';

/** Only `sub` is always present. Names require a published profile, and `email` requires the scope `email`. */
const UserInfo = z.object({
  sub: identifier,
  name: lenient(z.string()),
  given_name: lenient(z.string()),
  family_name: lenient(z.string()),
  email: lenient(z.string().check(z.refine(isRealEmail))),
  picture,
  bap_id: z.optional(z.unknown()),
  pubkey: z.optional(z.unknown()),
  bap: z.optional(z.unknown()),
});
export type UserInfo = z.infer<typeof UserInfo>;

/** Requests the claims of the identity that a token stands for (OpenID Connect Core 1.0 §5.3). */
function userinfo(grant: Grant): HttpRequest {
  const url = `${grant.server}/api/auth/oauth2/userinfo`;
  return { name: 'userinfo', method: 'GET', url, headers: bearer(grant) };
}

/** The header that carries the access token (RFC 6750 §2.1). */
export function bearer(grant: Grant): { authorization: string } {
  return { authorization: `Bearer ${grant.accessToken}` };
}

/** Asks userinfo once, as `askForOwner` does. */
export async function askUserInfo(
  http: Http,
  grant: Grant,
  signal: AbortSignal,
  subject?: string,
): Promise<OwnerAnswer<UserInfo>> {
  const request = userinfo(grant);
  return await askForOwner(http, { request, dialect: 'oauth', read: readClaims }, signal, subject);
}

function readClaims(json: unknown): { subject: string; owner: UserInfo } | undefined {
  const claims = z.safeParse(UserInfo, json).data;
  return claims && { subject: claims.sub, owner: claims };
}

/** `preferredName` takes precedence over the names in the claims. */
export function personOf(claims: UserInfo, preferredName?: string): Person {
  const bap = readBapIdentity(claims);
  const { alternateName, givenName, familyName } = bap?.profile ?? {};
  const names = [
    preferredName,
    claims.name,
    alternateName,
    fullName(givenName, familyName),
    fullName(claims.given_name, claims.family_name),
  ];
  return createPerson({ subject: claims.sub, names, email: claims.email, picture: claims.picture, bap });
}

function fullName(given: string | undefined, family: string | undefined): string {
  return [given, family].join(' '); // `createPerson` trims it
}

/** Sigma makes up an undeliverable address, `<BAP ID>@sigma.local`, for users who have given none. */
function isRealEmail(email: string): boolean {
  return !/@sigma\.local\s*$/i.test(email);
}
