import * as z from 'zod/mini';

import { type Problem, problemOf } from '../../http/answerProblem.ts';
import { type Failed, failed, refused, unreached } from '../../oauth/failure.ts';
import type { HttpOutcome } from '../../http/http.ts';
import { isTransientFailure, retryAfterMs } from '../../http/retry.ts';
import { bearerToken, nonEmpty } from '../../http/schema.ts';

/** The meaning of one answer about an intent's status. */
export type IntentStatus =
  | { kind: 'authenticated'; sessionToken: string }
  | { kind: 'pending' }
  | { kind: 'expired' }
  /** Ask again later. `waitMs` is the time that the server asks to wait, or 0. */
  | { kind: 'transientFailure'; waitMs: number; problem: Problem }
  | Failed;

const Pending = z.object({ state: z.literal('pending') });
const Authenticated = z.object({ session_token: bearerToken });
/** A token that is not in the form of RFC 6750 §2.1. */
const MalformedToken = z.object({ session_token: nonEmpty });
/**
 * The person has approved, but there is no token: the session ended, or the server does not give it again.
 */
const TokenGone = z.object({ state: z.literal('authenticated') });

/**
 * Reads the answer of `GET /auth/intents/{token}/status` (Adom's AuthenticationIntent guide). `nowMs` is the
 * wall clock, for a Retry-After that is a date.
 */
export function readIntentStatus(outcome: HttpOutcome, nowMs: number): IntentStatus {
  if (isTransientFailure(outcome)) {
    const waitMs = outcome.kind === 'answer' ? retryAfterMs(outcome.headers, nowMs) : undefined;
    return { kind: 'transientFailure', waitMs: waitMs ?? 0, problem: problemOf(outcome) ?? 'serverFault' };
  }
  if (outcome.kind !== 'answer') return unreached(outcome);
  if (outcome.status === 410) return { kind: 'expired' };
  if (outcome.status === 404 && outcome.json !== undefined) return failed('codeSpent');
  if (outcome.status !== 200) return unreached(outcome);
  const { json } = outcome;
  if (z.safeParse(Pending, json).success) return { kind: 'pending' };
  const token = readSessionToken(json);
  if (token !== undefined) return { kind: 'authenticated', sessionToken: token };
  if (z.safeParse(MalformedToken, json).success) return refused('malformed session_token');
  return z.safeParse(TokenGone, json).success ? failed('codeSpent') : unreached(outcome);
}

/**
 * The token in an answer or in the data of an `authenticated` event. Undefined when it is absent or
 * malformed.
 */
export function readSessionToken(json: unknown): string | undefined {
  return z.safeParse(Authenticated, json).data?.session_token;
}
