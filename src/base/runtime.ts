import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** The services of the window that nearly every part uses. */
export interface Runtime {
  readonly clock: Clock;
  readonly log: Log;
  /** Aborts when the window closes. It ends all background work. */
  readonly closed: AbortSignal;
}
