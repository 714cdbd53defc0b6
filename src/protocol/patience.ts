import { pause } from '../base/clock.ts';
import { type Http, type HttpOutcome, type HttpRequest, send } from './http.ts';

const FIRST_DELAY_MS = 1_000;
/** About half a minute of waiting: a person is looking at a notification. */
const RETRIES = 5;

/**
 * Sends a request that may be repeated, again while the server cannot be reached or says "not now" (429, 5xx), with
 * a doubling delay. Gives the last outcome. Rejects only with `signal.reason`.
 */
export async function sendPatiently(
  http: Http,
  request: HttpRequest,
  signal: AbortSignal,
  retries = RETRIES,
): Promise<HttpOutcome> {
  for (let tries = 0; ; tries++) {
    const outcome = await send(http, request, signal);
    if (!isTrouble(outcome) || tries === retries) return outcome;
    await pause(http.clock, FIRST_DELAY_MS * 2 ** tries, signal);
  }
}

/** True when the outcome says nothing but that this was a bad moment. */
export function isTrouble(outcome: HttpOutcome): boolean {
  if (outcome.kind !== 'answer') return outcome.kind === 'noAnswer';
  return outcome.status === 408 || outcome.status === 429 || outcome.status >= 500;
}
