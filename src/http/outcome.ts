import type { NetworkProblem } from './networkProblem.ts';

export interface HttpAnswer {
  kind: 'answer';
  status: number;
  headers: Headers;
  /** The parsed body. Undefined if it is not JSON. */
  json: unknown;
}

export type HttpOutcome =
  | HttpAnswer
  /** The server redirected the request. Redirects are never followed: tokens go only to the configured origin. */
  | { kind: 'redirect' }
  /** There was no complete answer: DNS failure, connection refused or reset, timeout, or too large a body. */
  | { kind: 'noAnswer'; problem: NetworkProblem };

export function isSuccess(outcome: HttpOutcome): outcome is HttpAnswer {
  return outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300;
}

/** Why an answer is not the service's own, or not usable. */
export type AnswerProblem =
  /** A page instead of data, or a redirect: usually the login page of a network. */
  | 'loginPage'
  /** 403: usually a firewall. */
  | 'blocked'
  /** The service is not at this address (404, 405). */
  | 'notFound'
  /** Too many requests (429). */
  | 'busy'
  /** A fault of the server, probably temporary (408, 5xx). */
  | 'serverFault';

export type Problem = NetworkProblem | AnswerProblem;

/**
 * Why the caller cannot use an outcome. Undefined for JSON of an unexpected shape. Callers must read errors of the
 * service's protocol first. A 407 never gets here: `fetch` turns it into a network error.
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

/** True for an HTML page, which no service sends us as an answer. */
export function isPage(headers: Headers): boolean {
  return /^text\/html\b/i.test(headers.get('content-type') ?? '');
}
