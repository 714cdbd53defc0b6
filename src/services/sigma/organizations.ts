import * as z from 'zod/mini';

import { isSuccess } from '../../http/outcome.ts';
import { identifier, lenient, maybeJson } from '../../http/schema.ts';
import { type Http, type HttpRequest, sendWithin } from '../../http/send.ts';
import { looksLikeBapId } from '../bapId.ts';
import { picture, trustedPicture } from '../picture.ts';
import type { Grant, IdentityOption } from '../service.ts';
import { bearer } from './userinfo.ts';

/** A person waits. The limits of all requests that follow userinfo are 20 seconds together. */
const LIST_LIMIT_MS = 8_000;
const SET_ACTIVE_LIMIT_MS = 6_000;

/** Sigma keeps a BAP identity as an organization of better-auth. Its id is the BAP id. */
const Organization = z.object({
  id: identifier,
  name: lenient(z.string()),
  logo: picture,
  metadata: z.pipe(maybeJson, lenient(z.object({ type: z.string() }))),
});
const Organizations = z.array(lenient(Organization));

/**
 * The BAP identities that the person has. Undefined when the server does not say: it has no organizations, is too
 * slow, or does not allow it. Rejects only with `signal.reason`.
 */
export async function listIdentityOptions(
  http: Http,
  grant: Grant,
  signal: AbortSignal,
): Promise<IdentityOption[] | undefined> {
  const url = `${grant.server}/api/auth/organization/list`;
  const request = { name: 'organization/list', method: 'GET', url, headers: bearer(grant) } as const;
  const outcome = await sendWithin(http, LIST_LIMIT_MS, request, signal);
  const list = outcome && isSuccess(outcome) && z.safeParse(Organizations, outcome.json).data;
  if (!list) return undefined;
  return list
    .filter((each) => each !== undefined)
    .filter(({ id, metadata }) => looksLikeBapId(id) || metadata?.type === 'bap_identity')
    .map(({ id, name, logo }) => ({ id, name, picture: trustedPicture(logo, grant.server) }));
}

/**
 * Makes the token stand for one identity. `refused`: the server says that the person may not use it. `unknown`: it
 * did not say. Rejects only with `signal.reason`.
 */
export async function setActive(
  http: Http,
  grant: Grant,
  id: string,
  signal: AbortSignal,
): Promise<'active' | 'refused' | 'unknown'> {
  const request: HttpRequest = {
    name: 'organization/set-active',
    method: 'POST',
    url: `${grant.server}/api/auth/organization/set-active`,
    headers: bearer(grant),
    json: { organizationId: id },
  };
  const outcome = await sendWithin(http, SET_ACTIVE_LIMIT_MS, request, signal);
  if (outcome?.kind !== 'answer') return 'unknown';
  if (outcome.status === 403) return 'refused';
  // A page of a proxy has status 200, too. The answer to our request is the organization.
  const answered = isSuccess(outcome) && z.safeParse(Organization, outcome.json).data;
  return answered && answered.id === id ? 'active' : 'unknown';
}
