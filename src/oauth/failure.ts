import type { Problem } from '../http/outcome.ts';

/** The service itself says that a sign-in is over, and why. */
export type Refusal =
  /** The request was denied in the browser. */
  | { kind: 'denied' }
  /** The code was already used, is unknown to the server, or belongs to another client. */
  | { kind: 'codeSpent' }
  /** The server rejects the client ID. `error` is the error code (RFC 6749 §5.2). */
  | { kind: 'clientRefused'; error: string }
  /** The server refused. `message` is its own and comes from outside: make it safe before you show it. */
  | { kind: 'refused'; message: string };

/** Why a request to a service failed, as far as the user needs to know. */
export type Failure =
  | Refusal
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

/** The failure of a first request, which the service itself did not answer. */
export function failureOf(problem: Problem | 'notTheService'): Failed {
  return problem === 'notTheService'
    ? failed('notTheService')
    : { kind: 'failed', failure: { kind: 'unreachable', problem } };
}

/** `message` may come from outside, or be our own without secrets. */
export function refused(message: string): Failed<Refusal> {
  return { kind: 'failed', failure: { kind: 'refused', message } };
}
