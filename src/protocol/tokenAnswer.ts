import * as z from 'zod/mini';

import { type Failed, failed, refused } from './failure.ts';
import { type HttpAnswer, type HttpOutcome, isSuccess } from './http.ts';
import { isTransientFailure } from './retry.ts';
import { bearerToken, nonEmpty, lenient, seconds } from './schema.ts';

/** What the server granted (RFC 6749 §5.1). The tokens are secrets. */
export interface TokenGrant {
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** The life of the access token in seconds from the answer, where the server tells it. */
  readonly expiresInSeconds?: number;
}

/** What one poll of the token endpoint means for the client. */
export type TokenAnswer =
  | { kind: 'granted'; grant: TokenGrant }
  | { kind: 'pending' }
  | { kind: 'slowDown' }
  | { kind: 'expired' }
  /** Too many requests: the answer's headers say how long to wait. */
  | { kind: 'tooManyRequests' }
  /** Not now: nothing answered, or the server has trouble. */
  | { kind: 'transientFailure' }
  | Failed;

const TokenResponse = z.object({
  access_token: nonEmpty,
  token_type: lenient(z.string()),
  // Nice to have: a server that gets one of these wrong has still granted the token.
  expires_in: lenient(seconds),
  refresh_token: lenient(nonEmpty),
});

/** RFC 6749 §5.2; better-auth's own refusals, such as a VALIDATION_ERROR, have a `message` and no `error`. */
export const ErrorResponse = z.object({
  error: lenient(nonEmpty),
  error_description: lenient(nonEmpty),
  message: lenient(nonEmpty),
});

/** Reads the answer of the token endpoint to a poll (RFC 8628 §3.5, RFC 6749 §5.2). */
export function readTokenAnswer(outcome: HttpOutcome): TokenAnswer {
  if (outcome.kind === 'noAnswer') return { kind: 'transientFailure' };
  if (outcome.kind === 'redirect') return failed('notTheService');
  const refusal = z.safeParse(ErrorResponse, outcome.json);
  const known = refusal.success ? readErrorCode(refusal.data.error) : undefined;
  if (known !== undefined) return known;
  if (isSuccess(outcome) && refusal.data?.error === undefined) return readGrant(outcome.json);
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
      return { kind: 'transientFailure' };
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

function readGrant(json: unknown): TokenAnswer {
  const granted = z.safeParse(TokenResponse, json);
  if (!granted.success) return failed('notTheService');
  const { access_token, token_type, expires_in, refresh_token } = granted.data;
  if (token_type !== undefined && token_type.toLowerCase() !== 'bearer') {
    return refused(`token_type ${token_type}`); // we could not use it
  }
  if (!z.safeParse(bearerToken, access_token).success) {
    return refused('malformed access_token');
  }
  return {
    kind: 'granted',
    grant: {
      accessToken: access_token,
      ...(refresh_token !== undefined && { refreshToken: refresh_token }),
      ...(expires_in !== undefined && { expiresInSeconds: expires_in }),
    },
  };
}

/** A refusal without a known error code: trouble that passes, words of the server, or not the server at all. */
function readRefusal(outcome: HttpAnswer, refusal: z.infer<typeof ErrorResponse> | undefined): TokenAnswer {
  const { status } = outcome;
  if (status === 429) return { kind: 'tooManyRequests' };
  if (isTransientFailure(outcome)) return { kind: 'transientFailure' };
  const words = refusal?.error_description ?? refusal?.message ?? refusal?.error;
  if (words === undefined || status === 404 || status === 405) return failed('notTheService');
  return refused(words);
}
