import * as z from 'zod/mini';

import { type HttpOutcome, type Problem, problemOfOutcome } from '../http/outcome.ts';
import { lenient, nonEmpty } from '../http/schema.ts';

/** Why a request to a service failed, as far as the person who started it needs to know. */
export type Failure =
  /** Someone denied the request in the browser. */
  | { kind: 'denied' }
  /** The code was used already, is unknown to the server, or belongs to another client. */
  | { kind: 'codeSpent' }
  /** The server does not accept this client id; `error` is the error code of RFC 6749 §5.2. */
  | { kind: 'clientRefused'; error: string }
  /** The server refused, in its own words. They come from outside: clean them before you show them. */
  | { kind: 'refused'; message: string }
  /** There was no answer, or none of the service itself that can be used now. */
  | { kind: 'unreachable'; problem: Problem }
  /** The answer is of another protocol: the address is of something else. */
  | { kind: 'notTheService' };

/** The failed outcome of an operation. */
export interface Failed<F = Failure> {
  kind: 'failed';
  failure: F;
}

/** A failed outcome whose failure has a kind and nothing else. */
export function failed<K extends string>(kind: K): Failed<{ kind: K }> {
  return { kind: 'failed', failure: { kind } };
}

/** The failure of an outcome that holds nothing of the protocol. */
export function failureOf(outcome: HttpOutcome): Failed {
  const problem = problemOfOutcome(outcome);
  return problem === undefined
    ? failed('notTheService')
    : { kind: 'failed', failure: { kind: 'unreachable', problem } };
}

/** A failed outcome with words from outside, or with our own words that hold no secret. */
export function refused(message: string): Failed {
  return { kind: 'failed', failure: { kind: 'refused', message } };
}

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

/** RFC 6749 §5.2. Some errors of better-auth, such as VALIDATION_ERROR, have a `message` and no `error`. */
export const ErrorResponse = z.object({
  error: lenient(nonEmpty),
  error_description: lenient(nonEmpty),
  message: lenient(nonEmpty),
});
