import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** What nearly every part needs from its window. */
export interface Runtime {
  readonly clock: Clock;
  readonly log: Log;
  /** Aborts when the window closes, which ends all background work. */
  readonly closed: AbortSignal;
}
