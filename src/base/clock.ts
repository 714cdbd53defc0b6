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

/** A value that is made on first use, once for all callers. If making it fails, the next use tries again. */
export class Lazy<T> {
  readonly #make: () => Promise<T>;
  #made: Promise<T> | undefined;

  constructor(make: () => Promise<T>) {
    this.#make = make;
  }

  /** Rejects as `make` does. */
  get(): Promise<T> {
    this.#made ??= this.#make().catch((error: unknown) => {
      this.#made = undefined;
      throw error;
    });
    return this.#made;
  }

  /** Calls `use` with the value once it is made. Does nothing if nobody has asked for it, or if making it fails. */
  ifMade(use: (value: T) => void): void {
    this.#made?.then(use, () => undefined);
  }
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Repeats work that has failed once, with a pause of one second that doubles up to a minute, until it succeeds. When
 * the window closes, makes one last attempt at once. The caller has logged the first failure. Never rejects.
 */
export async function keepTrying(
  work: () => Promise<unknown>,
  { clock, closed }: { readonly clock: Clock; readonly closed: AbortSignal },
): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    await pause(clock, pauseMs, closed).catch(() => undefined);
    const isDone = await work().then(
      () => true,
      () => false,
    );
    if (isDone || closed.aborted) return;
  }
}
