import { isBlockedByBrowser } from '../../http/crossOrigin.ts';
import { type HttpOutcome, problemOfOutcome } from '../../http/outcome.ts';
import { type Http, send, sendWithin } from '../../http/send.ts';
import type { Grant, RevokeResult } from '../service.ts';
import { askForSession } from './session.ts';
import { askUserInfo, bearer } from './userinfo.ts';

/** Half of the shortest time limit that callers set, so that the second request is sent in time. */
const SIGN_OUT_LIMIT_MS = 2_500;

/**
 * better-auth ends a session token at `sign-out` and an OAuth token at `revoke`. A token does not show which kind it
 * is, and a 200 does not prove that it was revoked, so this calls both endpoints, and then asks for proof.
 */
export async function revoke(
  http: Http,
  clientId: string,
  grant: Grant,
  signal: AbortSignal,
): Promise<RevokeResult> {
  const api = `${grant.server}/api/auth`;
  const headers = bearer(grant);
  const signOut = { name: 'sign-out', method: 'POST', url: `${api}/sign-out`, headers, json: {} } as const;
  const signedOut = await sendWithin(http, SIGN_OUT_LIMIT_MS, signOut, signal);
  // Revoking a refresh token also revokes its access tokens (RFC 7009 §2.1).
  const form = { token: grant.refreshToken ?? grant.accessToken, client_id: grant.clientId ?? clientId };
  const url = `${api}/oauth2/revoke`;
  const revoked = await send(http, { name: 'revoke', method: 'POST', url, form }, signal);
  const answered = [signedOut, revoked].filter(isAnswered).length;
  if (answered === 0) {
    const isBlocked = await isBlockedByBrowser(http, signedOut, grant.server, signal);
    return { kind: isBlocked ? 'refused' : 'unanswered' };
  }
  const state = await askForProof(http, grant, signal);
  if (state === 'gone') return { kind: 'ended' };
  return { kind: state === 'alive' && answered === 2 ? 'refused' : 'unanswered' };
}

/** A server without OAuth tokens has no endpoint to revoke them. */
function isAnswered(outcome: HttpOutcome | undefined): boolean {
  if (outcome?.kind !== 'answer') return false;
  const problem = problemOfOutcome(outcome);
  return problem === undefined || problem === 'notFound';
}

/**
 * `get-session` knows no OAuth token, and the userinfo of some servers rejects session tokens that are good: a grant is
 * gone when neither accepts it.
 */
async function askForProof(
  http: Http,
  grant: Grant,
  signal: AbortSignal,
): Promise<'gone' | 'alive' | 'unknown'> {
  const url = `${grant.server}/api/auth/get-session?disableRefresh=true`;
  const asked = await askForSession(http, 'GET', url, grant.accessToken, signal);
  const session = asked.kind === 'done' ? asked.result.kind : 'unknown';
  if (session !== 'noSession') return session;
  const { answer } = await askUserInfo(http, grant, signal);
  if (answer.kind === 'owner') return 'alive';
  return answer.kind === 'tokenRejected' ? 'gone' : 'unknown';
}
