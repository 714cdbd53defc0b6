import * as z from 'zod/mini';

import {
  type HttpAnswer,
  type HttpOutcome,
  isSuccess,
  type Problem,
  problemOfOutcome,
} from '../http/outcome.ts';
import { bearerToken, lenient, nonEmpty, seconds, withoutUndefined } from '../http/schema.ts';
import { type Http, isTransientFailure, send } from '../http/send.ts';
import { ErrorResponse, type Failed, failed, type Failure, refused, failureOf } from './failure.ts';

/** The tokens in a successful response (RFC 6749 §5.1). They are secrets. */
export interface TokenGrant {
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** The lifetime of the access token, counted from the response. Absent if the server does not say. */
  readonly expiresInSeconds?: number;
}

/** What one answer of the token endpoint means. */
export type TokenAnswer =
  | { kind: 'granted'; grant: TokenGrant }
  | { kind: 'pending' }
  | { kind: 'slowDown' }
  | { kind: 'expired' }
  /** Its `retryAfterMs` may say how long to wait. */
  | { kind: 'tooManyRequests' }
  /** There was no answer, or the server has a temporary fault. */
  | { kind: 'transientFailure'; problem: Problem }
  | Failed;

const TokenResponse = z.object({
  access_token: nonEmpty,
  token_type: lenient(z.string()),
  // The token counts as granted even if one of these is malformed.
  expires_in: lenient(seconds),
  refresh_token: lenient(nonEmpty),
});

/** Reads an answer of the token endpoint (RFC 6749 §5, RFC 8628 §3.5). */
export function readTokenAnswer(outcome: HttpOutcome): TokenAnswer {
  if (outcome.kind === 'noAnswer') return { kind: 'transientFailure', problem: outcome.problem };
  if (outcome.kind === 'redirect') return failureOf(outcome);
  const refusal = z.safeParse(ErrorResponse, outcome.json);
  const known = refusal.success ? readErrorCode(refusal.data.error) : undefined;
  if (known !== undefined) return known;
  if (isSuccess(outcome) && refusal.data?.error === undefined) return readGrant(outcome);
  return readRefusal(outcome, refusal.data);
}

function readErrorCode(error: string | undefined): TokenAnswer | undefined {
  switch (error) {
    case 'authorization_pending':
      return { kind: 'pending' };
    case 'slow_down':
      return { kind: 'slowDown' };
    case 'expired_token':
      return { kind: 'expired' };
    case 'server_error':
    case 'temporarily_unavailable':
      return { kind: 'transientFailure', problem: 'serverFault' };
    case 'access_denied':
      return failed('denied');
    case 'invalid_grant':
      return failed('codeSpent');
    case 'invalid_client':
    case 'unauthorized_client':
    case 'unsupported_grant_type':
      return { kind: 'failed', failure: { kind: 'clientRefused', error } };
    default:
      return undefined;
  }
}

function readGrant(outcome: HttpAnswer): TokenAnswer {
  const granted = z.safeParse(TokenResponse, outcome.json);
  if (!granted.success) return failureOf(outcome);
  const { access_token, token_type, expires_in, refresh_token } = granted.data;
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
      expiresInSeconds: expires_in,
    }),
  };
}

/** Reads an answer without a known error code. */
function readRefusal(outcome: HttpAnswer, refusal: z.infer<typeof ErrorResponse> | undefined): TokenAnswer {
  const { status } = outcome;
  if (status === 429) return { kind: 'tooManyRequests' };
  if (isTransientFailure(outcome))
    return { kind: 'transientFailure', problem: problemOfOutcome(outcome) ?? 'serverFault' };
  const message = refusal?.error_description ?? refusal?.message ?? refusal?.error;
  if (message === undefined || status === 404 || status === 405) return failureOf(outcome);
  return refused(message);
}

export type RefreshResult =
  | { kind: 'granted'; grant: TokenGrant; receivedAtMs: number }
  /** The refresh token was already used, was revoked, or is unknown. Do not send it again. */
  | { kind: 'rejected' }
  /** The server rejects the client ID, which says nothing about the refresh token. */
  | { kind: 'clientRefused' }
  /** The answer says nothing about the refresh token. */
  | { kind: 'unknown' };

/**
 * Requests a new access token (RFC 6749 §6). Does not retry. The grant has the new refresh token if the server rotated
 * it, else `refreshToken`. Rejects only with `signal.reason`.
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
