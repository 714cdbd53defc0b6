import * as z from 'zod/mini';

import type { HttpOutcome } from '../http/outcome.ts';
import { bearerToken, idToken, lenient, nonEmpty, secondsOrText, withoutUndefined } from '../http/schema.ts';
import { type Http, send } from '../http/send.ts';
import { type Failure, refused } from './failure.ts';
import { type Disturbance, disturbanceOf, type ErrorAnswer, judge } from './judge.ts';

/** The tokens in a successful response (RFC 6749 §5.1). They are secrets. */
export interface TokenGrant {
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** An ID token (OpenID Connect Core 1.0 §3.1.3.3), as it came: only its audience can verify it. */
  readonly idToken?: string;
  /** The scopes that were granted. Absent if the server does not say: then they are those that were requested. */
  readonly scopes?: readonly string[];
  /** The lifetime of the access token, counted from the response. Absent if the server does not say. */
  readonly expiresInSeconds?: number;
}

/** What one answer of the token endpoint means. */
export type TokenAnswer = { kind: 'granted'; grant: TokenGrant } | ErrorAnswer | Disturbance;

const TokenResponse = z.object({
  access_token: nonEmpty,
  token_type: lenient(z.string()),
  // The token counts as granted even if one of these is malformed.
  expires_in: lenient(secondsOrText),
  refresh_token: lenient(nonEmpty),
  id_token: lenient(idToken),
  scope: lenient(nonEmpty),
});

/** Reads an answer of the token endpoint (RFC 6749 §5, RFC 8628 §3.5). */
export function readTokenAnswer(outcome: HttpOutcome): TokenAnswer {
  const judged = judge(outcome, 'oauth');
  if (judged.kind !== 'data') return judged;
  const granted = z.safeParse(TokenResponse, judged.json);
  if (!granted.success) return disturbanceOf(outcome);
  const { access_token, token_type, expires_in, refresh_token, id_token, scope } = granted.data;
  if (token_type !== undefined && token_type.toLowerCase() !== 'bearer') {
    return refused(`token_type ${token_type}`);
  }
  if (!z.safeParse(bearerToken, access_token).success) {
    return refused('malformed access_token');
  }
  return {
    kind: 'granted',
    grant: withoutUndefined({
      accessToken: access_token,
      refreshToken: refresh_token,
      idToken: id_token,
      scopes: readScopes(scope),
      expiresInSeconds: expires_in,
    }),
  };
}

/** Undefined for a text without a scope, which RFC 6749 §3.3 does not allow. */
function readScopes(text = ''): string[] | undefined {
  const scopes = text.split(/\s+/).filter((scope) => scope !== '');
  return scopes.length > 0 ? scopes : undefined;
}

export type RefreshResult =
  | { kind: 'granted'; grant: TokenGrant; receivedAtMs: number }
  /** The refresh token was already used, was revoked, or is unknown. Do not send it again. */
  | { kind: 'rejected' }
  /** The server rejects the client ID, which says nothing about the refresh token. */
  | { kind: 'clientRefused' }
  /** The server refuses, in words that it may use for a dead refresh token. */
  | { kind: 'doubtful' }
  /** The answer says nothing about the refresh token. */
  | { kind: 'unknown' };

/**
 * Requests a new access token (RFC 6749 §6). Does not retry. The grant has the new refresh token if the server rotated
 * it, else `refreshToken`; the ID token and the scopes only if the server sent them again. Rejects only with
 * `signal.reason`.
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
  return { kind: answer.kind === 'failed' ? refusalKind(answer.failure, outcome) : 'unknown' };
}

function refusalKind(failure: Failure, outcome: HttpOutcome): Exclude<RefreshResult['kind'], 'granted'> {
  switch (failure.kind) {
    case 'codeSpent':
      return 'rejected';
    case 'clientRefused':
      return failure.error === 'unsupported_grant_type' ? 'unknown' : 'clientRefused';
    case 'refused':
      return mayMeanDeadToken(outcome) ? 'doubtful' : 'unknown';
    default:
      return 'unknown';
  }
}

const RefreshError = z.object({ error: lenient(z.string()), code: lenient(z.string()) });
/** What versions of better-auth say. A refusal in any other words is not about the refresh token. */
const DEAD_TOKEN_CODES: readonly unknown[] = ['invalid_request', 'invalid_token', 'VALIDATION_ERROR'];

function mayMeanDeadToken(outcome: HttpOutcome): boolean {
  if (outcome.kind !== 'answer' || outcome.status !== 400) return false;
  const { error, code } = z.safeParse(RefreshError, outcome.json).data ?? {};
  return DEAD_TOKEN_CODES.includes(error ?? code);
}
