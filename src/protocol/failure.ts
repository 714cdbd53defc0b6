/** Why a request to a service failed, as far as the person who started it needs to know. */
export type Failure =
  /** Someone denied the request in the browser. */
  | { kind: 'denied' }
  /** The code was used already, is unknown to the server, or belongs to another client. */
  | { kind: 'codeSpent' }
  /** The server does not accept this client id; `error` is the error code of RFC 6749 §5.2. */
  | { kind: 'clientRefused'; error: string }
  /** The server refused, in its own words. They come from outside: clean them before you show them. */
  | { kind: 'refused'; words: string }
  /** The server did not answer, or asked to try again later. */
  | { kind: 'unreachable' }
  /** The answer is not of this protocol: a wrong address, a proxy, or a login page of a network. */
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

/** A failed outcome with words from outside, or with our own words that hold no secret. */
export function refused(words: string): Failed {
  return { kind: 'failed', failure: { kind: 'refused', words } };
}
