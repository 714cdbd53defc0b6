import * as z from 'zod/mini';

import { isSuccess } from '../../http/outcome.ts';
import { withoutUndefined } from '../../http/schema.ts';
import { type Http, send, sendWithin, sendWithRetries } from '../../http/send.ts';
import { rejectsToken } from '../../oauth/failure.ts';
import { refreshGrant, type TokenGrant } from '../../oauth/tokenResponse.ts';
import type { Grant, RenewResult, VerifyResult } from '../service.ts';
import { bearer, readUserInfo, userinfo } from './userinfo.ts';

/** Turns tokens that were received at `receivedAtMs` (wall clock) into a grant of the server. */
export function toGrant(
  server: string,
  { expiresInSeconds, ...tokens }: TokenGrant,
  receivedAtMs: number,
): Grant {
  const expiresAtMs = expiresInSeconds && receivedAtMs + expiresInSeconds * 1000;
  return { server, ...tokens, ...withoutUndefined({ expiresAtMs }) };
}

/** Asks userinfo once, without retries, whether the access token still works. */
export async function verify(http: Http, grant: Grant, signal: AbortSignal): Promise<VerifyResult> {
  const outcome = await send(http, userinfo(grant), signal);
  if (rejectsToken(outcome)) return { kind: 'rejected' };
  return readUserInfo(outcome) === undefined ? { kind: 'unknown' } : { kind: 'valid', grant };
}

export type ExtendSessionResult =
  /** `expiresAtMs` is the session's expiry, in milliseconds of the wall clock. */
  | { kind: 'alive'; expiresAtMs: number }
  /** The server knows no session for this token. */
  | { kind: 'noSession' }
  /** The answer says nothing about the session. */
  | { kind: 'unknown' };

const Answer = z.object({ session: z.object({ token: z.string(), expiresAt: z.string() }) });

/**
 * Fetches a token's session from better-auth's `get-session` at `url`, which extends a session that is older than the
 * server's `updateAge`. Retries transient failures for half a minute: this runs when the user comes back to the
 * window, and the network may come back a little later. Rejects only with `signal.reason`.
 */
export async function extendSession(
  http: Http,
  url: string,
  token: string,
  signal: AbortSignal,
): Promise<ExtendSessionResult> {
  const headers = { authorization: `Bearer ${token}` };
  const outcome = await sendWithRetries(http, { name: 'get-session', method: 'GET', url, headers }, signal);
  if (rejectsToken(outcome)) return { kind: 'noSession' };
  if (!isSuccess(outcome)) return { kind: 'unknown' };
  if (outcome.status === 200 && outcome.json === null) return { kind: 'noSession' };
  const { session } = z.safeParse(Answer, outcome.json).data ?? {};
  // A cache in between could return someone else's session.
  if (session?.token !== token) return { kind: 'unknown' };
  const expiresAtMs = Date.parse(session.expiresAt);
  return expiresAtMs > http.clock.now() ? { kind: 'alive', expiresAtMs } : { kind: 'unknown' };
}

/** Extends the session of a grant. Double-checks with userinfo before it reports a rejection. */
export async function extend(http: Http, grant: Grant, signal: AbortSignal): Promise<VerifyResult> {
  const url = `${grant.server}/api/auth/get-session`;
  const session = await extendSession(http, url, grant.accessToken, signal);
  if (session.kind === 'alive') {
    // An expiry earlier than the known one is ignored: it depends on two clocks, and the token works.
    const expiresAtMs = Math.max(session.expiresAtMs, grant.expiresAtMs ?? 0);
    return { kind: 'valid', grant: { ...grant, expiresAtMs } };
  }
  if (session.kind === 'unknown') return session;
  // Servers that issue OAuth tokens to devices, or accept no Bearer token here, answer a good token the same way.
  const { kind } = await verify(http, grant, signal);
  return { kind: kind === 'valid' ? 'unknown' : 'rejected' };
}

/** Uses better-auth's OAuth token endpoint: its endpoint for device codes supports no other grant type. */
export async function renew(
  http: Http,
  clientId: string,
  { server, refreshToken }: Grant,
  signal: AbortSignal,
): Promise<RenewResult> {
  if (refreshToken === undefined) return { kind: 'unknown' };
  const result = await refreshGrant(http, `${server}/api/auth/oauth2/token`, clientId, refreshToken, signal);
  if (result.kind !== 'granted') return result;
  return { kind: 'granted', grant: toGrant(server, result.grant, result.receivedAtMs) };
}

/** Half of the time limit that callers set for `revoke`, so that the second request is sent in time. */
const SIGN_OUT_LIMIT_MS = 2_500;

/**
 * better-auth ends a session token at `sign-out` and an OAuth token at `revoke`. A token does not show which kind it
 * is, and a 200 does not prove that it was revoked, so this calls both endpoints.
 */
export async function revoke(http: Http, clientId: string, grant: Grant, signal: AbortSignal): Promise<void> {
  const api = `${grant.server}/api/auth`;
  const headers = bearer(grant);
  const signOut = { name: 'sign-out', method: 'POST', url: `${api}/sign-out`, headers, json: {} } as const;
  await sendWithin(http, SIGN_OUT_LIMIT_MS, signOut, signal);
  // Revoking a refresh token also revokes its access tokens (RFC 7009 §2.1).
  const form = { token: grant.refreshToken ?? grant.accessToken, client_id: clientId };
  await send(http, { name: 'revoke', method: 'POST', url: `${api}/oauth2/revoke`, form }, signal);
}
