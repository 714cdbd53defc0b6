import { type Http, send } from './http.ts';
import { readTokenAnswer, type TokenGrant } from './tokenAnswer.ts';

export type RefreshResult =
  | { kind: 'granted'; grant: TokenGrant; receivedAtMs: number }
  /** The refresh token is used up, revoked or unknown: nobody needs to send it again. */
  | { kind: 'rejected' }
  /** No answer that says anything about the refresh token. */
  | { kind: 'unknown' };

/**
 * Asks for a new access token (RFC 6749 §6), once: whoever called will call again. The answer may bring another
 * refresh token, which takes the place of the one that was sent. Rejects only with `signal.reason`.
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
  const spent = answer.kind === 'failed' && answer.failure.kind === 'codeSpent';
  return { kind: spent ? 'rejected' : 'unknown' };
}
