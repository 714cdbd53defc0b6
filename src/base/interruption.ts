import { NEVER } from './timeLimit.ts';

/** Stops a wait without losing an answer that is on its way, because it may be the only copy of a token. */
export interface Interruption {
  /** Aborts when nothing new may be sent: the window closes, or another window continues the sign-in. */
  readonly signal: AbortSignal;
  /** Call before each request. Rejects with `signal.reason` once nothing new may be sent. */
  check(): Promise<void>;
}

export const NO_INTERRUPTION: Interruption = { signal: NEVER, check: () => Promise.resolve() };
