import { mock } from 'node:test';

import type { FakeClock } from './fakeClock.ts';

/**
 * Puts the platform's own setTimeout on the fake clock, for a library that takes no clock: its timers run in the same
 * time as all others, and one that is left over counts as pending. Undo with the function that this gives.
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
