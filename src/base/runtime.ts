import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** What nearly every part needs of the window that it runs in. */
export interface Runtime {
  readonly clock: Clock;
  readonly log: Log;
  /** Aborts when the window closes. Background work ends with it. */
  readonly closed: AbortSignal;
}
