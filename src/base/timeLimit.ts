import type { Clock } from './clock.ts';

/** Work took longer than its time limit. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
}

/** A timer that is later than this shows that the process was stopped, or that something else kept it busy. */
const LATE_MS = 100;
/** Long enough to read what has arrived. */
const GRACE_MS = 1_000;

/**
 * Call after a timer that is about to cut off work: if the timer fired late, waits for another second. Node fires timers
 * before it reads from the network, and an answer that came while the process was stopped may be the only copy of a new
 * token. Rejects with `signal.reason`.
 */
export async function letArrive(clock: Clock, dueMs: number, signal: AbortSignal): Promise<void> {
  if (clock.now() - dueMs >= LATE_MS) await clock.sleep(GRACE_MS, signal);
}

/**
 * Runs `work` for at most `ms` milliseconds of running time. Rejects with `signal.reason` as soon as the signal aborts,
 * and with a TimeLimitError at the limit, even if the work ignores the signal that it gets. See `letArrive` for a
 * process that was stopped at the limit.
 */
export async function withTimeLimit<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const settled = new AbortController();
  const expire = async (): Promise<void> => {
    const dueMs = clock.now() + ms;
    await clock.sleep(ms, settled.signal);
    await letArrive(clock, dueMs, settled.signal);
    limit.abort(new TimeLimitError());
  };
  expire().catch(() => undefined); // the work settled in time
  try {
    const limits = AbortSignal.any([signal, limit.signal]);
    return await abortable(work(limits), limits);
  } finally {
    settled.abort();
  }
}

/** Settles like `work`, or rejects with `signal.reason` as soon as the signal aborts. The work itself goes on. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}

/** Never aborts. For work that must not be canceled and has its own time limit. */
export const NEVER: AbortSignal = new AbortController().signal;
