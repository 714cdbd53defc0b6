import * as z from 'zod/mini';

import type { Clock } from '../base/clock.ts';
import { parseJson } from '../base/json.ts';
import { describeError, type Log } from '../base/log.ts';
import { TimeLimitError, withTimeLimit } from '../base/timeLimit.ts';
import { loggedHost } from './address.ts';
import { readBody } from './body.ts';
import type { ClockSkew } from './clockSkew.ts';
import { type NetworkProblem, networkProblem } from './networkProblem.ts';
import { type HttpOutcome, problemOfOutcome } from './outcome.ts';

/** The parts of the platform that a request needs. */
export interface Http {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Log;
  /** A proxy in front of Adom rejects requests without one. Absent in a browser, which sends its own. */
  readonly userAgent?: string;
  /** True in a browser, where no code can set the headers `user-agent` and `cookie`. */
  readonly inBrowser?: boolean;
  /** Only in a browser, whose errors have no code: whether there is a network connection at all. */
  readonly isOnline?: () => boolean;
  /** Observes the `Date` of each answer with data. */
  readonly clockSkew?: ClockSkew;
  /** Called with the URL of each request that got an answer with data. */
  readonly onAnswer?: (url: string) => void;
}

export interface HttpRequest {
  /** The name in the log. The URL can contain a secret, so it is never logged. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** The status line is the whole answer: the body is not read, and may never end. */
  readonly ignoresBody?: true;
}

/** The options of every request: tokens go only to the configured origin, and no answer is cached. */
export const FETCH_DEFAULTS = { redirect: 'manual', credentials: 'omit', cache: 'no-store' } as const;

const TIMEOUT_MS = 15_000;

/**
 * Sends one request and reads the whole answer (or what the request wants of it), within 15 seconds. Never follows a
 * redirect. Logs the request's name, its status, and how long it took; problems at the level `info`. Rejects only with
 * `signal.reason`, as soon as the signal aborts.
 */
export async function send(http: Http, request: HttpRequest, signal: AbortSignal): Promise<HttpOutcome> {
  const startedMs = http.clock.now();
  const logResult = (level: 'debug' | 'info', result: string): void => {
    http.log[level](`${request.name}: ${result} after ${http.clock.now() - startedMs} ms`);
  };
  const host = loggedHost(request.url);
  try {
    return await withTimeLimit(http.clock, TIMEOUT_MS, signal, async (limited) => {
      const response = await http.fetch(request.url, init(http, request, limited));
      const outcome = request.ignoresBody === true ? readStatus(response) : await readResponse(response);
      const isAnswer = outcome.kind === 'answer';
      const problem = problemOfOutcome(outcome);
      // The clock of a router whose page answers is often wrong.
      if (isAnswer && problem === undefined && isObject(outcome.json)) {
        http.clockSkew?.observe(outcome.headers, http.clock.now(), http.log);
        http.onAnswer?.(request.url);
      }
      const result = isAnswer ? `${outcome.status}${errorCode(outcome.json)}` : 'redirect refused';
      if (problem === undefined) logResult('debug', result);
      else logResult('info', `${result} from ${host} (${problem})`);
      return outcome;
    });
  } catch (error) {
    signal.throwIfAborted();
    const problem = networkProblem(error, request.url) ?? unexplained(http);
    logResult('info', `no answer from ${host} (${problem}: ${describeError(error)})`);
    return { kind: 'noAnswer', problem };
  }
}

/** Sends one request within `limitMs` milliseconds. Undefined after that. Rejects only with `signal.reason`. */
export async function sendWithin(
  http: Http,
  limitMs: number,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpOutcome | undefined> {
  try {
    return await withTimeLimit(http.clock, limitMs, signal, (limited) => send(http, request, limited));
  } catch (error) {
    if (signal.aborted || !(error instanceof TimeLimitError)) throw error;
    http.log.debug(`${request.name}: no answer within ${limitMs} ms`);
    return undefined;
  }
}

/** The problem for an error without a known code. */
function unexplained({ isOnline }: Http): NetworkProblem {
  if (isOnline === undefined) return 'unknown';
  return isOnline() ? 'unexplained' : 'offline';
}

type ReceivedOutcome = Exclude<HttpOutcome, { kind: 'noAnswer' }>;

/** Reads a whole response. Rejects if the connection breaks or the body is too large. */
export async function readResponse(response: Response): Promise<ReceivedOutcome> {
  if (isRedirect(response)) return readStatus(response);
  const json = parseJson(z.unknown(), await readBody(response.body));
  return { kind: 'answer', status: response.status, headers: response.headers, json };
}

/** Closes the connection without waiting for more than the headers. */
function readStatus(response: Response): ReceivedOutcome {
  response.body?.cancel().catch(() => undefined); // the answer has arrived, whatever becomes of the connection
  if (isRedirect(response)) return { kind: 'redirect' };
  return { kind: 'answer', status: response.status, headers: response.headers, json: undefined };
}

function isRedirect({ type, status }: Response): boolean {
  return type === 'opaqueredirect' || (status >= 300 && status < 400);
}

function init(http: Http, request: HttpRequest, signal: AbortSignal): RequestInit {
  const headers: Record<string, string> = { accept: 'application/json', ...request.headers };
  if (http.userAgent !== undefined) headers['user-agent'] = http.userAgent;
  const common: RequestInit = { ...FETCH_DEFAULTS, method: request.method, headers, signal };
  if (request.form !== undefined) return { ...common, body: new URLSearchParams(request.form) };
  if (request.json === undefined) return common;
  headers['content-type'] = 'application/json';
  return { ...common, body: JSON.stringify(request.json) };
}

/** The OAuth error code of an answer, for the log. Only a plain word: other text could contain a secret. */
function errorCode(json: unknown): string {
  if (!isObject(json) || !('error' in json)) return '';
  return typeof json.error === 'string' && /^[a-z_]{1,40}$/.test(json.error) ? ` ${json.error}` : '';
}

function isObject(json: unknown): json is object {
  return typeof json === 'object' && json !== null;
}
