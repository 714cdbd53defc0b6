import type { Interruption } from '../../../src/base/interruption.ts';
import type { FakeClock } from './fakeClock.ts';

/** The abort reason of an interruption. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

export interface WatchedInterruption extends Interruption {
  /** When `check` was called, in seconds of running time. */
  readonly checks: number[];
  /** From now on, nothing new may be sent, which only `check` tells. */
  forbid(): void;
  /** From now on, nothing new may be sent. */
  interrupt(): void;
}

export function watchedInterruption(clock: FakeClock): WatchedInterruption {
  const interrupted = new AbortController();
  const checks: number[] = [];
  let isForbidden = false;
  return {
    signal: interrupted.signal,
    checks,
    check: () => {
      checks.push(clock.ranMs / 1000);
      if (isForbidden) interrupted.abort(new Interrupted());
      return interrupted.signal.aborted ? Promise.reject(new Interrupted()) : Promise.resolve();
    },
    forbid: () => {
      isForbidden = true;
    },
    interrupt: () => {
      interrupted.abort(new Interrupted());
    },
  };
}
