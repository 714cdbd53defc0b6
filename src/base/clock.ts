/** The time. Passed in everywhere, so that tests can control it. */
export interface Clock {
  /**
   * The wall clock, in milliseconds since the epoch. Jumps forward when a laptop wakes, and in either direction when
   * the user sets it.
   */
  now(): number;
  /** Resolves after `ms` milliseconds of running time. Rejects with `signal.reason` as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal.addEventListener('abort', onAbort);
    }),
};

/** The latest time of a Date (ECMA-262), in milliseconds since the epoch. */
export const LAST_MOMENT_MS = 8.64e15;

/** True when less than `ms` lies between the two times, in either order: the clock can be set back. */
export function isWithin(ms: number, nowMs: number, atMs = Infinity): boolean {
  return Math.abs(nowMs - atMs) < ms;
}

/** How often pause() checks the wall clock for a jump. */
const MAX_SLEEP_MS = 5_000;

/**
 * Waits for `ms` milliseconds of running time or of the wall clock, whichever comes first: timers stop while a laptop
 * sleeps, but a server's deadline does not. Rejects with `signal.reason` as soon as the signal aborts.
 */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const until = clock.now() + ms;
  let left = ms;
  while (left > 0 && clock.now() < until) {
    const sleepMs = Math.min(left, MAX_SLEEP_MS);
    await clock.sleep(sleepMs, signal);
    left -= sleepMs;
  }
}
