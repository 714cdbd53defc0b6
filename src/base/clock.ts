/** The time. A parameter everywhere, so that tests can control it. */
export interface Clock {
  /**
   * The wall clock, in milliseconds since the epoch. It jumps forward when a laptop wakes, and either way
   * when the user sets it.
   */
  now(): number;
  /**
   * Resolves after `ms` milliseconds of running time. Rejects at once with `signal.reason` when the signal
   * aborts.
   */
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

/** pause() looks at the wall clock this often, so that it notices a jump. */
const MAX_SLEEP_MS = 5_000;

/**
 * Waits until `ms` milliseconds have passed, by running time or by the wall clock, whichever comes first.
 * Timers stop while a laptop sleeps, but a deadline on a server does not. Rejects at once with
 * `signal.reason` on abort.
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
