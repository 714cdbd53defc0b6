import type { Failure } from './failure.ts';
import { type Http, send } from '../http/http.ts';
import { readTokenAnswer, type TokenGrant } from './tokenAnswer.ts';

export type RefreshResult =
  | { kind: 'granted'; grant: TokenGrant; receivedAtMs: number }
  /** The refresh token was used already, was revoked, or is unknown. Do not send it again. */
  | { kind: 'rejected' }
  /** The server does not accept this client id, which says nothing about the refresh token. */
  | { kind: 'clientRefused' }
  /** The answer says nothing about the refresh token. */
  | { kind: 'unknown' };

/**
 * Asks for a new access token (RFC 6749 §6). Sends one request and does not retry. If the answer holds a
 * refresh token, that one replaces `refreshToken`. Rejects only with `signal.reason`.
 */
export async function refreshGrant(
  http: Http,
  tokenUrl: string,
  clientId: string,
  refreshToken: string,
  signal: AbortSignal,
): Promise<RefreshResult> {
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId };
  const outcome = await send(http, { name: 'refresh', method: 'POST', url: tokenUrl, form }, signal);
  const answer = readTokenAnswer(outcome);
  if (answer.kind === 'granted') {
    return { kind: 'granted', grant: { refreshToken, ...answer.grant }, receivedAtMs: http.clock.now() };
  }
  return { kind: answer.kind === 'failed' ? refusalKind(answer.failure) : 'unknown' };
}

function refusalKind(failure: Failure): 'rejected' | 'clientRefused' | 'unknown' {
  if (failure.kind === 'codeSpent') return 'rejected';
  const isClient = failure.kind === 'clientRefused' && failure.error !== 'unsupported_grant_type';
  return isClient ? 'clientRefused' : 'unknown';
}
