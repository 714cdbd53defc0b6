import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { withTimeLimit } from '../base/timeLimit.ts';

/** What a request needs from the world around it. */
export interface Http {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Log;
  /** Sent where the platform lets us; some fronts refuse a blank one. */
  readonly userAgent?: string;
}

export interface HttpRequest {
  /** What the log calls this request. The URL can hold a secret, so it is never logged. */
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
  /** The server sent us elsewhere. A token goes to the configured origin only, so nothing is followed. */
  | { kind: 'redirect' }
  /** No complete answer: refused, reset, no DNS, too slow, too large. */
  | { kind: 'noAnswer' };

/** True for an answer with a 2xx status. */
export function isSuccess(outcome: HttpOutcome): outcome is HttpAnswer {
  return outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300;
}

/** What holds for every request: a token goes to the configured origin only, and nothing lingers. */
export const FETCH_DEFAULTS = { redirect: 'manual', credentials: 'omit', cache: 'no-store' } as const;

const TIMEOUT_MS = 15_000;
/** A picture in the claims is known to take 52 KB; nothing we ask for takes a megabyte. */
export const MAX_BODY_BYTES = 1024 * 1024;

class AnswerTooLargeError extends Error {
  override readonly name = 'AnswerTooLargeError';
}

/**
 * Sends one request and reads the whole answer, within 15 seconds. Never follows a redirect.
 * Rejects only with `signal.reason`, at once, when the signal aborts.
 */
export async function send(http: Http, request: HttpRequest, signal: AbortSignal): Promise<HttpOutcome> {
  const startedMs = http.clock.now();
  const note = (result: string): void => {
    http.log.debug(`${request.name}: ${result} after ${http.clock.now() - startedMs} ms`);
  };
  try {
    return await withTimeLimit(http.clock, TIMEOUT_MS, signal, async (limits) => {
      const outcome = await readResponse(await http.fetch(request.url, init(http, request, limits)));
      note(outcome.kind === 'answer' ? `${outcome.status}${errorCode(outcome.json)}` : 'redirect refused');
      return outcome;
    });
  } catch (error) {
    signal.throwIfAborted();
    note(`no answer (${networkReason(error)})`);
    return { kind: 'noAnswer' };
  }
}

/** Reads a whole response. Rejects when it breaks or is too large. */
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

/** The answer's OAuth error code for the log, if it is a plain word: anything else could hold a secret. */
function errorCode(json: unknown): string {
  if (typeof json !== 'object' || json === null || !('error' in json)) return '';
  return typeof json.error === 'string' && /^[a-z_]{1,40}$/.test(json.error) ? ` ${json.error}` : '';
}

/** A short name of what went wrong on the network, such as ECONNREFUSED; messages can hold URLs, so none is used. */
function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const cause = error.cause;
  if (typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string') {
    return /^[A-Z0-9_]{1,40}$/.test(cause.code) ? cause.code : error.name;
  }
  return error.name;
}
