import { type Clock, pause } from './clock.ts';
import { describeError } from './log.ts';
import type { Runtime } from './runtime.ts';

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

/** Logs why work has failed, and then does as `keepTrying`. `failure` has no period. Never rejects. */
export function tryAgain(
  failure: string,
  error: unknown,
  work: () => Promise<unknown>,
  runtime: Runtime,
): Promise<void> {
  runtime.log.warn(`${failure}: ${describeError(error)}. Trying again.`);
  return keepTrying(work, runtime);
}
