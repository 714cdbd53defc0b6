import * as z from 'zod/mini';

import { withoutUndefined } from '../base/withoutUndefined.ts';
import { type Problem, problemOf } from '../http/answerProblem.ts';
import { type Failed, failed, refused, unreached } from './failure.ts';
import { type HttpAnswer, type HttpOutcome, isSuccess } from '../http/http.ts';
import { isTransientFailure } from '../http/retry.ts';
import { bearerToken, nonEmpty, lenient, seconds } from '../http/schema.ts';

/** A grant of the token endpoint (RFC 6749 §5.1). The tokens are secrets. */
export interface TokenGrant {
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** The life of the access token in seconds from the answer, if the server names it. */
  readonly expiresInSeconds?: number;
}

/** The meaning of one answer of the token endpoint. */
export type TokenAnswer =
  | { kind: 'granted'; grant: TokenGrant }
  | { kind: 'pending' }
  | { kind: 'slowDown' }
  | { kind: 'expired' }
  /** The answer's headers may say how long to wait. */
  | { kind: 'tooManyRequests' }
  /** There was no answer, or the server has an error that passes. */
  | { kind: 'transientFailure'; problem: Problem }
  | Failed;

const TokenResponse = z.object({
  access_token: nonEmpty,
  token_type: lenient(z.string()),
  // The token is granted even if one of these is malformed.
  expires_in: lenient(seconds),
  refresh_token: lenient(nonEmpty),
});

/** RFC 6749 §5.2. Some errors of better-auth, such as VALIDATION_ERROR, have a `message` and no `error`. */
export const ErrorResponse = z.object({
  error: lenient(nonEmpty),
  error_description: lenient(nonEmpty),
  message: lenient(nonEmpty),
});

/** Reads an answer of the token endpoint (RFC 6749 §5, RFC 8628 §3.5). */
export function readTokenAnswer(outcome: HttpOutcome): TokenAnswer {
  if (outcome.kind === 'noAnswer') return { kind: 'transientFailure', problem: outcome.problem };
  if (outcome.kind === 'redirect') return unreached(outcome);
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
  if (!granted.success) return unreached(outcome);
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

/** Reads an error without a known error code. */
function readRefusal(outcome: HttpAnswer, refusal: z.infer<typeof ErrorResponse> | undefined): TokenAnswer {
  const { status } = outcome;
  if (status === 429) return { kind: 'tooManyRequests' };
  if (isTransientFailure(outcome))
    return { kind: 'transientFailure', problem: problemOf(outcome) ?? 'serverFault' };
  const words = refusal?.error_description ?? refusal?.message ?? refusal?.error;
  if (words === undefined || status === 404 || status === 405) return unreached(outcome);
  return refused(words);
}
