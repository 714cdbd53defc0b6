import { type Clock, pause } from '../base/clock.ts';
import { TimeLimitError, withTimeLimit } from '../base/timeLimit.ts';
import { serverTimeMs } from './clockSkew.ts';
import type { HttpOutcome } from './outcome.ts';

const FIRST_DELAY_MS = 1_000;
/** The user is waiting, and may have just logged in to their network. */
const MAX_DELAY_MS = 10_000;
/** The time that is left for the last attempt within a limit. */
const LAST_ATTEMPT_MS = 3_000;
/** Users who are back online should not have to wait longer. */
const MAX_BACK_OFF_MS = 60_000;
/** How long before a deadline the last poll is sent, so that its answer comes before the server's own deadline. */
export const LAST_POLL_MS = 5_000;

/** One attempt: its result, or how long to wait at least before the next one. */
export type Attempt<T> = { kind: 'done'; result: T } | { kind: 'again'; waitMs: number };

/**
 * Repeats an attempt until it is done, for `forMs` milliseconds of running time, with a last attempt at the end. The
 * delay starts at one second and doubles up to ten, and is never shorter than the attempt asks for. Undefined after
 * that. Rejects as `attempt` does, or with `signal.reason`.
 */
export async function repeatFor<T>(
  clock: Clock,
  forMs: number,
  signal: AbortSignal,
  attempt: () => Promise<Attempt<T>>,
): Promise<T | undefined> {
  let leftMs = forMs;
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, MAX_DELAY_MS)) {
    const isLast = leftMs <= 0;
    const startedAtMs = clock.now();
    const attempted = await attempt();
    if (attempted.kind === 'done') return attempted.result;
    if (isLast) return undefined;
    leftMs -= Math.max(0, clock.now() - startedAtMs); // negative if the clock was set back
    const waitMs = Math.max(0, Math.min(Math.max(delayMs, attempted.waitMs), leftMs));
    await pause(clock, waitMs, signal);
    leftMs -= waitMs;
  }
}

/**
 * Repeats an attempt as `repeatFor` does, within `limitMs` milliseconds in total, with a last attempt three seconds
 * before the end. Undefined after that, even if an attempt is still waiting. Rejects as `attempt` does, or with
 * `signal.reason`.
 */
export async function repeatWithin<T>(
  clock: Clock,
  limitMs: number,
  signal: AbortSignal,
  attempt: (signal: AbortSignal) => Promise<Attempt<T>>,
): Promise<T | undefined> {
  try {
    return await withTimeLimit(clock, limitMs, signal, (limited) =>
      repeatFor(clock, limitMs - LAST_ATTEMPT_MS, limited, () => attempt(limited)),
    );
  } catch (error) {
    if (signal.aborted || !(error instanceof TimeLimitError)) throw error;
    return undefined;
  }
}

/**
 * The delay in milliseconds after `failures` consecutive failures: the interval, doubled for each failure up to a
 * minute (RFC 8628 §3.5), and never shorter than the interval.
 */
export function backOffMs(intervalMs: number, failures: number): number {
  return Math.max(intervalMs, Math.min(intervalMs * 2 ** failures, MAX_BACK_OFF_MS));
}

/**
 * When to poll next, in milliseconds of the wall clock: after `delayMs`, or once more just before the deadline if the
 * delay would miss it. Later than the deadline if the interval leaves no time for that.
 */
export function nextPollMs(nowMs: number, delayMs: number, intervalMs: number, deadlineMs: number): number {
  const dueMs = nowMs + delayMs;
  return dueMs <= deadlineMs ? dueMs : Math.max(nowMs + intervalMs, deadlineMs - LAST_POLL_MS);
}

/**
 * How long the server asks clients to wait, in milliseconds; 0 if it does not say. `Retry-After` is a number of seconds
 * or an HTTP date (RFC 9110 §10.2.3); better-auth sends `X-Retry-After` in seconds. A date is measured by the answer's
 * own `Date`, because our clock may be wrong. Only a 429 is certain to come from the service. Any other answer, such as
 * the page of a proxy, counts for a minute at most.
 */
export function retryAfterMs(outcome: HttpOutcome, nowMs: number): number {
  if (outcome.kind !== 'answer') return 0;
  const askedMs = askedToWaitMs(outcome.headers, nowMs);
  return outcome.status === 429 ? askedMs : Math.min(askedMs, MAX_BACK_OFF_MS);
}

function askedToWaitMs(headers: Headers, nowMs: number): number {
  for (const name of ['retry-after', 'x-retry-after']) {
    const value = headers.get(name) ?? '';
    if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
    const dateMs = Date.parse(value);
    if (!Number.isNaN(dateMs)) return Math.max(0, dateMs - (serverTimeMs(headers) ?? nowMs));
  }
  return 0;
}
