import * as z from 'zod/mini';

import { type Failed, failed, refused } from './failure.ts';
import type { HttpOutcome } from './http.ts';
import { isTransientFailure, retryAfterMs } from './retry.ts';
import { bearerToken, nonEmpty } from './schema.ts';

/** What one look at an intent's status means for the client. */
export type IntentStatus =
  | { kind: 'authenticated'; sessionToken: string }
  | { kind: 'pending' }
  | { kind: 'expired' }
  /** Not now: nothing answered, or the server has trouble; it may say how long. */
  | { kind: 'transientFailure'; waitMs: number }
  | Failed;

const Pending = z.object({ state: z.literal('pending') });
const Authenticated = z.object({ session_token: bearerToken });
/** A token that is not in the form of RFC 6750 §2.1. */
const MalformedToken = z.object({ session_token: nonEmpty });
/** Known to be authenticated, but the token is gone: the session ended, or the server does not hand it out again. */
const TokenGone = z.object({ state: z.literal('authenticated') });

/** Reads the JSON answer of `GET /auth/intents/{token}/status` (Adom's AuthenticationIntent guide). `nowMs` dates a Retry-After. */
export function readIntentStatus(outcome: HttpOutcome, nowMs: number): IntentStatus {
  if (isTransientFailure(outcome)) {
    const waitMs = outcome.kind === 'answer' ? retryAfterMs(outcome.headers, nowMs) : undefined;
    return { kind: 'transientFailure', waitMs: waitMs ?? 0 };
  }
  if (outcome.kind !== 'answer') return failed('notTheService');
  if (outcome.status === 410) return { kind: 'expired' };
  if (outcome.status === 404 && outcome.json !== undefined) return failed('codeSpent');
  if (outcome.status !== 200) return failed('notTheService');
  const { json } = outcome;
  if (z.safeParse(Pending, json).success) return { kind: 'pending' };
  const token = readSessionToken(json);
  if (token !== undefined) return { kind: 'authenticated', sessionToken: token };
  if (z.safeParse(MalformedToken, json).success) return refused('malformed session_token');
  return failed(z.safeParse(TokenGone, json).success ? 'codeSpent' : 'notTheService');
}

/** The token in an answer or in the data of an `authenticated` event; undefined when it is empty, absent or malformed. */
export function readSessionToken(json: unknown): string | undefined {
  return z.safeParse(Authenticated, json).data?.session_token;
}
