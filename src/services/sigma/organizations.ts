import * as z from 'zod/mini';

import { problemOfOutcome } from '../../http/outcome.ts';
import { type Attempt, repeatWithin, retryAfterMs } from '../../http/retry.ts';
import { identifier, lenient, maybeJson } from '../../http/schema.ts';
import { type Http, type HttpRequest, sendWithin } from '../../http/send.ts';
import { judge } from '../../oauth/judge.ts';
import { looksLikeBapId } from '../bap.ts';
import { picture, trustedPicture } from '../picture.ts';
import type { Grant, IdentityOption } from '../service.ts';
import { bearer } from './userinfo.ts';

/** The user is waiting. */
const LIST_LIMIT_MS = 8_000;

/** Sigma models a BAP identity as a better-auth organization whose ID is the BAP ID. */
const Organization = z.object({
  id: identifier,
  name: lenient(z.string()),
  logo: picture,
  metadata: z.pipe(maybeJson, lenient(z.object({ type: z.string() }))),
});
const Organizations = z.array(lenient(Organization));

/**
 * Lists the BAP identities that the user can sign in as. `none`: the server has no organizations, or does not allow this
 * token to list them. `unknown`: it does not answer in time, or something else does. Rejects only with `signal.reason`.
 */
export async function listIdentityOptions(
  http: Http,
  grant: Grant,
  signal: AbortSignal,
): Promise<IdentityOption[] | 'none' | 'unknown'> {
  const url = `${grant.server}/api/auth/organization/list`;
  const request = { name: 'organization/list', method: 'GET', url, headers: bearer(grant) } as const;
  const outcome = await sendWithin(http, LIST_LIMIT_MS, request, signal);
  if (outcome === undefined) return 'unknown';
  const judged = judge(outcome, 'oauth');
  if (judged.kind === 'disturbance') return judged.problem === 'notFound' ? 'none' : 'unknown';
  if (judged.kind !== 'data') return 'none';
  const list = z.safeParse(Organizations, judged.json).data;
  if (list === undefined) return 'unknown';
  return list
    .filter((each) => each !== undefined)
    .filter(({ id, metadata }) => looksLikeBapId(id) || metadata?.type === 'bap_identity')
    .map(({ id, name, logo }) => ({ id, name, picture: trustedPicture(logo, grant.server) }));
}

/** How much depends on the step. */
export interface Patience {
  /** In milliseconds. */
  readonly limitMs: number;
  /** Accepts that the server takes no such token here. Otherwise it may only not know a new token yet. */
  readonly acceptsNo: boolean;
}

/**
 * Makes the token stand for one identity, trying again for as long as something keeps the server's answer away, within
 * a limit. `refused`: the server itself says no. `unknown`: it does not say. Rejects only with
 * `signal.reason`.
 */
export async function setActive(
  http: Http,
  grant: Grant,
  id: string,
  { limitMs, acceptsNo }: Patience,
  signal: AbortSignal,
): Promise<'active' | 'refused' | 'unknown'> {
  const request: HttpRequest = {
    name: 'organization/set-active',
    method: 'POST',
    url: `${grant.server}/api/auth/organization/set-active`,
    headers: bearer(grant),
    json: { organizationId: id },
  };
  const attempt = async (limited: AbortSignal): Promise<Attempt<'active' | 'refused' | 'unknown'>> => {
    const outcome = await sendWithin(http, limitMs / 2, request, limited); // an answer may get lost
    if (outcome === undefined) return { kind: 'again', waitMs: 0 };
    const judged = judge(outcome, 'oauth');
    if (judged.kind === 'failed') return { kind: 'done', result: 'refused' };
    if (judged.kind === 'tokenRejected' && acceptsNo) return { kind: 'done', result: 'unknown' };
    // The status proves nothing: a proxy's page has status 200, too. The service answers with the organization.
    const organization = judged.kind === 'data' && z.safeParse(Organization, judged.json).data;
    if (organization && organization.id === id) return { kind: 'done', result: 'active' };
    if (problemOfOutcome(outcome) === 'notFound') return { kind: 'done', result: 'unknown' };
    return { kind: 'again', waitMs: retryAfterMs(outcome, http.clock.now()) };
  };
  return (await repeatWithin(http.clock, limitMs, signal, attempt)) ?? 'unknown';
}
