import { mock } from 'node:test';

import type { FakeClock } from './fakeClock.ts';

/**
 * Replaces the platform's setTimeout by timers of the fake clock, for a library that takes no clock. A timer
 * that is left over counts as pending. Returns a function that undoes it.
 */
export function adoptPlatformTimers(clock: FakeClock): () => void {
  const adopted = mock.method(globalThis, 'setTimeout', (callback: () => void, ms = 0) => {
    const timer = new AbortController();
    clock.sleep(ms, timer.signal).then(callback, () => undefined);
    return Object.assign(timer, { unref: () => timer });
  });
  const cleared = mock.method(globalThis, 'clearTimeout', (timer: unknown) => {
    if (timer instanceof AbortController) timer.abort();
  });
  return () => {
    adopted.mock.restore();
    cleared.mock.restore();
  };
}
