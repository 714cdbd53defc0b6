import type { Clock } from '../base/clock.ts';
import { describeError, type Log } from '../base/log.ts';
import { withTimeLimit } from '../base/timeLimit.ts';
import { problemOf } from './answerProblem.ts';
import type { ClockSkew } from './clockSkew.ts';
import { type NetworkProblem, networkProblem } from './networkProblem.ts';

/** The parts of the platform that a request uses. */
export interface Http {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Log;
  /** A proxy in front of Adom refuses requests without one. Absent in a browser, which sends its own. */
  readonly userAgent?: string;
  /** True in a browser, where no code can set the headers `user-agent` and `cookie`. */
  readonly inBrowser?: boolean;
  /** In a browser, whose errors have no code: whether there is a network at all. */
  readonly isOnline?: () => boolean;
  /** Hears what the answers say about the clock of this computer. */
  readonly clockSkew?: ClockSkew;
}

export interface HttpRequest {
  /** The name in the log. The URL can hold a secret, so it is never logged. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>;
}

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

/** Options of every fetch: a token goes to the configured origin only, and no answer is cached. */
export const FETCH_DEFAULTS = { redirect: 'manual', credentials: 'omit', cache: 'no-store' } as const;

const TIMEOUT_MS = 15_000;
/** The largest known answer holds a picture of 52 KB. */
export const MAX_BODY_BYTES = 1024 * 1024;

class AnswerTooLargeError extends Error {
  override readonly name = 'AnswerTooLargeError';
}

/**
 * Sends one request and reads the whole answer, within 15 seconds. Never follows a redirect. Logs the name, the status
 * and the time; what is wrong with the connection, too, at the level `info`. Rejects only with `signal.reason`, at once,
 * when the signal aborts.
 */
export async function send(http: Http, request: HttpRequest, signal: AbortSignal): Promise<HttpOutcome> {
  const startedMs = http.clock.now();
  const logResult = (level: 'debug' | 'info', result: string): void => {
    http.log[level](`${request.name}: ${result} after ${http.clock.now() - startedMs} ms`);
  };
  // Only the host: the rest of the URL can hold a secret.
  const host = URL.parse(request.url)?.host;
  try {
    return await withTimeLimit(http.clock, TIMEOUT_MS, signal, async (limited) => {
      const outcome = await readResponse(await http.fetch(request.url, init(http, request, limited)));
      const isAnswer = outcome.kind === 'answer';
      if (isAnswer) http.clockSkew?.observe(outcome.headers, http.clock.now(), http.log);
      const result = isAnswer ? `${outcome.status}${errorCode(outcome.json)}` : 'redirect refused';
      const problem = problemOf(outcome);
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

/** What to say when the error has no code. */
function unexplained({ isOnline }: Http): NetworkProblem {
  if (isOnline === undefined) return 'unknown';
  return isOnline() ? 'untold' : 'offline';
}

/** Reads a whole response. Rejects when the connection breaks or the body is larger than MAX_BODY_BYTES. */
export async function readResponse(response: Response): Promise<Exclude<HttpOutcome, { kind: 'noAnswer' }>> {
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
    await response.body?.cancel();
    return { kind: 'redirect' };
  }
  const json = parseJson(await readText(response));
  return { kind: 'answer', status: response.status, headers: response.headers, json };
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

async function readText(response: Response): Promise<string> {
  const body: ReadableStream<Uint8Array> | null = response.body;
  if (body === null) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let bytes = 0; ;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > MAX_BODY_BYTES) {
      await reader.cancel();
      throw new AnswerTooLargeError();
    }
    text += decoder.decode(value, { stream: true });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The OAuth error code of an answer, for the log. Only a plain word: other text could hold a secret. */
function errorCode(json: unknown): string {
  if (typeof json !== 'object' || json === null || !('error' in json)) return '';
  return typeof json.error === 'string' && /^[a-z_]{1,40}$/.test(json.error) ? ` ${json.error}` : '';
}
