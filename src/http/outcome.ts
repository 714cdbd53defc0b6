import type { NetworkProblem } from './networkProblem.ts';

export interface HttpAnswer {
  kind: 'answer';
  status: number;
  headers: Headers;
  /** The parsed body; undefined when it is not JSON. */
  json: unknown;
}

export type HttpOutcome =
  | HttpAnswer
  /**
   * The server redirected the request. Redirects are not followed: a token goes to the configured origin
   * only.
   */
  | { kind: 'redirect' }
  /** There was no complete answer: refused, reset, no DNS, too slow, or too large. */
  | { kind: 'noAnswer'; problem: NetworkProblem };

/** True for an answer with a 2xx status. */
export function isSuccess(outcome: HttpOutcome): outcome is HttpAnswer {
  return outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300;
}

/** Why an answer is not the service's own, or not one to work with. */
export type AnswerProblem =
  /** A page instead of data, or a redirect: most of the time the login page of a network. */
  | 'loginPage'
  /** 403: most of the time a firewall. */
  | 'blocked'
  /** Nothing of this service is at this address (404, 405). */
  | 'notFound'
  /** 429. */
  | 'busy'
  /** The server has a fault that may pass (408, 5xx). */
  | 'serverFault';

export type Problem = NetworkProblem | AnswerProblem;

/**
 * What is wrong with an outcome that the caller cannot work with. Undefined for an answer in JSON that is of another
 * form. An error of the service's own protocol is the caller's to read first. No answer has 407: `fetch` makes a network
 * error of it.
 */
export function problemOfOutcome(outcome: HttpOutcome): Problem | undefined {
  if (outcome.kind === 'noAnswer') return outcome.problem;
  if (outcome.kind === 'redirect') return 'loginPage';
  const { status } = outcome;
  switch (status) {
    case 403:
      return 'blocked';
    case 404:
    case 405:
      return 'notFound';
    case 408:
      return 'serverFault';
    case 429:
      return 'busy';
    case 511: // RFC 6585 §6
      return 'loginPage';
  }
  if (status >= 500) return 'serverFault';
  return isPage(outcome.headers) ? 'loginPage' : undefined;
}

/** True for an HTML page, which no service sends as an answer to us. */
export function isPage(headers: Headers): boolean {
  return /^text\/html\b/i.test(headers.get('content-type') ?? '');
}
