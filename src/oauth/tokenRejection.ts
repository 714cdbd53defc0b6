import * as z from 'zod/mini';

import type { HttpOutcome } from '../http/http.ts';
import { ErrorResponse } from './tokenAnswer.ts';

/**
 * True when the answer says that the access token is invalid (RFC 6750 §3.1). A 401 without an error code
 * does not count, because it can come from a proxy. Older versions of better-auth answer 400
 * `invalid_request`, "Invalid access token".
 */
export function rejectsToken(outcome: HttpOutcome): boolean {
  if (outcome.kind !== 'answer') return false;
  const { error, error_description: description } = z.safeParse(ErrorResponse, outcome.json).data ?? {};
  if (outcome.status === 400) return error === 'invalid_request' && description === 'Invalid access token';
  if (outcome.status !== 401) return false;
  const challenge = outcome.headers.get('www-authenticate') ?? '';
  return error === 'invalid_token' || error === 'unauthorized' || challenge.includes('error="invalid_token"');
}
