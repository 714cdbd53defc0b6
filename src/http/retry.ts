import { pause } from '../base/clock.ts';
import { type Http, type HttpOutcome, type HttpRequest, send } from './http.ts';
import { isLasting } from './networkProblem.ts';

const FIRST_DELAY_MS = 1_000;
/** Five retries wait 31 seconds in total: a person is looking at a notification. */
const RETRIES = 5;
/** A person who is online again should not wait for longer. */
const MAX_BACK_OFF_MS = 60_000;

/**
 * Sends a request, and sends it again after a transient failure, but not after one that cannot pass by itself, such
 * as a refused certificate. The delay starts at 1 s and doubles. Gives the last outcome. Rejects only with
 * `signal.reason`.
 */
export async function sendWithRetries(
  http: Http,
  request: HttpRequest,
  signal: AbortSignal,
  retries = RETRIES,
): Promise<HttpOutcome> {
  for (let tries = 0; ; tries++) {
    const outcome = await send(http, request, signal);
    const isFinal = outcome.kind === 'noAnswer' && isLasting(outcome.problem);
    if (isFinal || !isTransientFailure(outcome) || tries === retries) return outcome;
    await pause(http.clock, FIRST_DELAY_MS * 2 ** tries, signal);
  }
}

/** True when the same request may succeed later: no answer, 408, 429 or 5xx. */
export function isTransientFailure(outcome: HttpOutcome): boolean {
  if (outcome.kind !== 'answer') return outcome.kind === 'noAnswer';
  return outcome.status === 408 || outcome.status === 429 || outcome.status >= 500;
}

/**
 * The delay in milliseconds after the nth transient failure in a row (1, 2, …). It doubles the interval each
 * time, up to a minute (RFC 8628 §3.5), and is never shorter than the interval.
 */
export function backOffMs(intervalMs: number, failures: number): number {
  return Math.max(intervalMs, Math.min(intervalMs * 2 ** failures, MAX_BACK_OFF_MS));
}

/**
 * How long a server asks its client to wait, in milliseconds. Undefined when it does not say. `Retry-After`
 * is a number of seconds or an HTTP date (RFC 9110 §10.2.3); better-auth sends `X-Retry-After` in seconds.
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  for (const name of ['retry-after', 'x-retry-after']) {
    const value = headers.get(name) ?? '';
    if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
    const dateMs = Date.parse(value);
    if (!Number.isNaN(dateMs)) return Math.max(0, dateMs - nowMs);
  }
  return undefined;
}
