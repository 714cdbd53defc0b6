import type { Clock } from '../base/clock.ts';
import { TimeLimitError, withTimeLimit } from '../base/timeLimit.ts';

/** How long to wait for an answer from the user. In the meantime, VS Code holds up other requests to the provider. */
export const ASK_LIMIT_MS = 10 * 60_000;

/** Waits for an answer from the user. Rejects as `ask` does, or with `signal.reason`. */
export async function withinAskLimit<T>(
  clock: Clock,
  signal: AbortSignal,
  ask: (limits: AbortSignal) => Promise<T>,
): Promise<{ answer: T } | 'late'> {
  try {
    return { answer: await withTimeLimit(clock, ASK_LIMIT_MS, signal, ask) };
  } catch (error) {
    if (error instanceof TimeLimitError) return 'late';
    throw error;
  }
}
