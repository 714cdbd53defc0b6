import { pause } from '../base/clock.ts';
import type { Runtime } from '../base/runtime.ts';

/** What has failed is tried again after this long, then after twice as long, and so on. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Repeats work that has failed, until it succeeds. When the window closes, there is one more attempt at once, and
 * then no other. The caller has logged the first failure. Never rejects.
 */
export async function tryAgain(work: () => Promise<unknown>, { clock, closed }: Runtime): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    await pause(clock, pauseMs, closed).catch(() => undefined);
    const isDone = await work().then(
      () => true,
      () => false,
    );
    if (isDone || closed.aborted) return;
  }
}
