import { pause } from './clock.ts';
import type { Runtime } from './runtime.ts';

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
export async function keepTrying(work: () => Promise<unknown>, { clock, closed }: Runtime): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    await pause(clock, pauseMs, closed).catch(() => undefined);
    const isDone = await work().then(
      () => true,
      () => false,
    );
    if (isDone || closed.aborted) return;
  }
}
