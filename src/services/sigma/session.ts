import * as z from 'zod/mini';

import { isPermanent } from '../../http/networkProblem.ts';
import { type Attempt, repeatFor, retryAfterMs } from '../../http/retry.ts';
import { lenient, withoutUndefined } from '../../http/schema.ts';
import { type Http, send } from '../../http/send.ts';
import { judge, type JudgedOutcome } from '../../oauth/judge.ts';
import { refreshGrant, type TokenGrant } from '../../oauth/tokenResponse.ts';
import type { Grant, RenewResult, VerifyResult } from '../service.ts';
import { askUserInfo } from './userinfo.ts';

/** Turns tokens that were received at `receivedAtMs` (wall clock) into a grant of the server for our client. */
export function toGrant(
  issued: Pick<Grant, 'server' | 'clientId'>,
  { expiresInSeconds, scopes, ...tokens }: TokenGrant,
  receivedAtMs: number,
): Grant {
  const expiresAtMs = expiresInSeconds && receivedAtMs + expiresInSeconds * 1000;
  return { ...issued, ...tokens, ...withoutUndefined({ scopes: scopes && [...scopes], expiresAtMs }) };
}

/** Asks userinfo once, without retries, whether the access token still works. Rejects only with `signal.reason`. */
export async function verify(
  http: Http,
  grant: Grant,
  signal: AbortSignal,
  subject?: string,
): Promise<VerifyResult> {
  const { answer } = await askUserInfo(http, grant, signal, subject);
  if (answer.kind === 'owner') return { kind: 'valid', grant };
  return { kind: answer.kind === 'tokenRejected' ? 'rejected' : 'unknown' };
}

/** How long to ask for a session: the user is back, and the network may come back a little later. */
const PATIENCE_MS = 2 * 60_000;

export type ExtendSessionResult =
  /** `expiresAtMs` is the session's expiry, in milliseconds of the wall clock. */
  | { kind: 'alive'; expiresAtMs: number }
  /** The server knows no session for this token. */
  | { kind: 'noSession' }
  /** The answer says nothing about the session. */
  | { kind: 'unknown' };

const Answer = z.object({
  session: z.object({ token: z.string(), expiresAt: z.string() }),
  /** With better-auth's option `deferSessionRefresh`, a GET only reads, and a POST extends. */
  needsRefresh: lenient(z.boolean()),
});

/**
 * Fetches a token's session from better-auth's `get-session` at `url`, which extends a session that is older than the
 * server's `updateAge`. Retries disturbances for two minutes. Rejects only with `signal.reason`.
 */
export async function extendSession(
  http: Http,
  url: string,
  token: string,
  signal: AbortSignal,
): Promise<ExtendSessionResult> {
  const ask = (method: 'GET' | 'POST'): Promise<Attempt<SessionResult>> =>
    askForSession(http, method, url, token, signal);
  const read = (await repeatFor(http.clock, PATIENCE_MS, signal, () => ask('GET'))) ?? UNKNOWN;
  if (read.kind !== 'alive') return read;
  const extended = read.needsRefresh ? await ask('POST') : undefined;
  const result = extended?.kind === 'done' && extended.result.kind === 'alive' ? extended.result : read;
  return { kind: 'alive', expiresAtMs: result.expiresAtMs };
}

export type SessionResult =
  | (Extract<ExtendSessionResult, { kind: 'alive' }> & { needsRefresh: boolean })
  | Exclude<ExtendSessionResult, { kind: 'alive' }>;
const UNKNOWN = { kind: 'unknown' } as const;

/** Asks once. Rejects only with `signal.reason`. */
export async function askForSession(
  http: Http,
  method: 'GET' | 'POST',
  url: string,
  token: string,
  signal: AbortSignal,
): Promise<Attempt<SessionResult>> {
  const headers = { authorization: `Bearer ${token}` };
  const json = method === 'POST' ? {} : undefined;
  const outcome = await send(http, { name: 'get-session', method, url, headers, json }, signal);
  const nowMs = http.clock.now();
  const judged = judge(outcome, 'oauth');
  const isPassing = outcome.kind !== 'noAnswer' || !isPermanent(outcome.problem);
  if (judged.kind === 'disturbance' && isPassing)
    return { kind: 'again', waitMs: retryAfterMs(outcome, nowMs) };
  return { kind: 'done', result: readSession(judged, token, nowMs) };
}

function readSession(judged: JudgedOutcome, token: string, nowMs: number): SessionResult {
  if (judged.kind === 'tokenRejected') return { kind: 'noSession' };
  if (judged.kind !== 'data') return UNKNOWN;
  if (judged.json === null) return { kind: 'noSession' };
  const { session, needsRefresh } = z.safeParse(Answer, judged.json).data ?? {};
  // A cache in between could return someone else's session.
  if (session?.token !== token) return UNKNOWN;
  const expiresAtMs = Date.parse(session.expiresAt);
  return expiresAtMs > nowMs ? { kind: 'alive', expiresAtMs, needsRefresh: needsRefresh === true } : UNKNOWN;
}

/** Extends the session of a grant. Double-checks with userinfo before it reports a rejection. */
export async function extend(
  http: Http,
  grant: Grant,
  signal: AbortSignal,
  subject?: string,
): Promise<VerifyResult> {
  const url = `${grant.server}/api/auth/get-session`;
  const session = await extendSession(http, url, grant.accessToken, signal);
  if (session.kind === 'alive') {
    // An expiry earlier than the known one is ignored: it depends on two clocks, and the token works.
    const expiresAtMs = Math.max(session.expiresAtMs, grant.expiresAtMs ?? 0);
    return { kind: 'valid', grant: { ...grant, expiresAtMs } };
  }
  if (session.kind === 'unknown') return session;
  // Servers that issue OAuth tokens to devices, or accept no Bearer token here, answer a good token the same way.
  return verify(http, grant, signal, subject);
}

/**
 * Uses better-auth's OAuth token endpoint: its endpoint for device codes supports no other grant type. `clientId` is
 * for a grant that does not say which client got it.
 */
export async function renew(
  http: Http,
  clientId: string,
  grant: Grant,
  signal: AbortSignal,
): Promise<RenewResult> {
  const { server, refreshToken, idToken, scopes } = grant;
  const issued = { server, clientId: grant.clientId ?? clientId };
  if (refreshToken === undefined) return { kind: 'unknown' };
  const url = `${server}/api/auth/oauth2/token`;
  const result = await refreshGrant(http, url, issued.clientId, refreshToken, signal);
  if (result.kind === 'doubtful') {
    // Older versions of better-auth say `invalid_request` for a dead refresh token, and for other things.
    const { kind } = await verify(http, grant, signal);
    return { kind: kind === 'rejected' ? 'rejected' : 'unknown' };
  }
  if (result.kind !== 'granted') return result;
  // What the server does not send again stays as it was (RFC 6749 §5.1, OpenID Connect Core 1.0 §12.2).
  const renewed = { ...withoutUndefined({ idToken, scopes }), ...result.grant };
  return { kind: 'granted', grant: toGrant(issued, renewed, result.receivedAtMs) };
}
