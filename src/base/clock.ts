/** Time as the protocol sees it, so that a test can hold it in its hand. */
export interface Clock {
  /** Wall-clock milliseconds since the epoch. It jumps: forward when a laptop wakes, either way when it is set. */
  now(): number;
  /** Resolves after `ms` milliseconds of running time. Rejects with `signal.reason`, at once, when the signal aborts. */
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
      signal.addEventListener('abort', onAbort, { once: true });
    }),
};

/** How long a jump of the wall clock can stay unnoticed in a pause. */
const LONGEST_NAP_MS = 5_000;

/**
 * Waits until `ms` milliseconds have passed by running time or by the wall clock, whichever is first:
 * timers stand still while a laptop sleeps, the world does not. Rejects with `signal.reason` on abort.
 */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const until = clock.now() + ms;
  let left = ms;
  while (left > 0 && clock.now() < until) {
    const nap = Math.min(left, LONGEST_NAP_MS);
    await clock.sleep(nap, signal);
    left -= nap;
  }
}
