import * as z from 'zod/mini';

import { type HttpOutcome, type Problem, problemOfOutcome } from '../http/outcome.ts';
import { lenient, nonEmpty } from '../http/schema.ts';

/** Why a request to a service failed, as far as the user needs to know. */
export type Failure =
  /** The request was denied in the browser. */
  | { kind: 'denied' }
  /** The code was already used, is unknown to the server, or belongs to another client. */
  | { kind: 'codeSpent' }
  /** The server rejects the client ID. `error` is the error code (RFC 6749 §5.2). */
  | { kind: 'clientRefused'; error: string }
  /** The server refused. `message` is its own and comes from outside: make it safe before you show it. */
  | { kind: 'refused'; message: string }
  /** There was no answer, or no usable answer from the service itself. */
  | { kind: 'unreachable'; problem: Problem }
  /** The answer is not the service's protocol: something else is at this address. */
  | { kind: 'notTheService' };

export interface Failed<F = Failure> {
  kind: 'failed';
  failure: F;
}

/** A failure that has only a kind. */
export function failed<K extends string>(kind: K): Failed<{ kind: K }> {
  return { kind: 'failed', failure: { kind } };
}

/** The failure for an outcome that contains nothing of the service's protocol. */
export function failureOf(outcome: HttpOutcome): Failed {
  const problem = problemOfOutcome(outcome);
  return problem === undefined
    ? failed('notTheService')
    : { kind: 'failed', failure: { kind: 'unreachable', problem } };
}

/** `message` may come from outside, or be our own without secrets. */
export function refused(message: string): Failed {
  return { kind: 'failed', failure: { kind: 'refused', message } };
}

/**
 * True if the answer says that the access token is invalid (RFC 6750 §3.1). A 401 without an error code does not count,
 * because it can come from a proxy. Older versions of better-auth answer 400 `invalid_request`, "Invalid access token".
 */
export function rejectsToken(outcome: HttpOutcome): boolean {
  if (outcome.kind !== 'answer') return false;
  const { error, error_description: description } = z.safeParse(ErrorResponse, outcome.json).data ?? {};
  if (outcome.status === 400) return error === 'invalid_request' && description === 'Invalid access token';
  if (outcome.status !== 401) return false;
  const challenge = outcome.headers.get('www-authenticate') ?? '';
  return error === 'invalid_token' || error === 'unauthorized' || challenge.includes('error="invalid_token"');
}

/** RFC 6749 §5.2. Some errors of better-auth, such as VALIDATION_ERROR, have a `message` but no `error`. */
export const ErrorResponse = z.object({
  error: lenient(nonEmpty),
  error_description: lenient(nonEmpty),
  message: lenient(nonEmpty),
});
