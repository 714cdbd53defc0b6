import * as z from 'zod/mini';

import type { HttpOutcome } from '../../http/outcome.ts';
import { identifier, lenient } from '../../http/schema.ts';
import type { HttpRequest } from '../../http/send.ts';
import { readBapIdentity } from '../bap.ts';
import { createPerson, type Person } from '../person.ts';
import { picture } from '../picture.ts';
import type { Grant } from '../service.ts';

/** Only `sub` is always there. Names need a published profile, and the email needs the scope `email`. */
const UserInfo = z.object({
  sub: identifier,
  name: lenient(z.string()),
  given_name: lenient(z.string()),
  family_name: lenient(z.string()),
  email: lenient(z.string().check(z.refine(isReal))),
  picture,
  bap_id: z.optional(z.unknown()),
  pubkey: z.optional(z.unknown()),
  bap: z.optional(z.unknown()),
});
export type UserInfo = z.infer<typeof UserInfo>;

/** The request for the claims of the identity that a token stands for. */
export function userinfo(grant: Grant): HttpRequest {
  const url = `${grant.server}/api/auth/oauth2/userinfo`;
  return { name: 'userinfo', method: 'GET', url, headers: bearer(grant) };
}

/** The header that carries the access token. */
export function bearer(grant: Grant): { authorization: string } {
  return { authorization: `Bearer ${grant.accessToken}` };
}

/** Undefined when the answer does not say who the person is. */
export function readUserInfo(outcome: HttpOutcome | undefined): UserInfo | undefined {
  if (outcome?.kind !== 'answer' || outcome.status !== 200) return undefined;
  return z.safeParse(UserInfo, outcome.json).data;
}

/** The person of the claims. `bestName` goes before the names in the claims. */
export function personOf(claims: UserInfo, bestName?: string): Person {
  const bap = readBapIdentity(claims);
  const { alternateName, givenName, familyName } = bap?.profile ?? {};
  const names = [
    bestName,
    claims.name,
    alternateName,
    fullName(givenName, familyName),
    fullName(claims.given_name, claims.family_name),
  ];
  return createPerson({ subject: claims.sub, names, email: claims.email, picture: claims.picture, bap });
}

function fullName(given: string | undefined, family: string | undefined): string {
  return [given, family].join(' '); // `person` takes spaces away
}

/** Sigma makes up an email, `<BAP id>@sigma.local`, for a person who has given none. It gets no mail. */
function isReal(email: string): boolean {
  return !/@sigma\.local\s*$/i.test(email);
}
