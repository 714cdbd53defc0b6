import type { Claims } from '../../../src/sessions/windowLocks.ts';
import type { FakeClock } from './fakeClock.ts';

/** The claims of all windows of one machine. */
export class FakeClaims implements Claims {
  readonly taken: string[] = [];
  readonly #untilMs = new Map<string, number>();
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  async take(name: string, forMs: number): Promise<boolean> {
    await Promise.resolve();
    if ((this.#untilMs.get(name) ?? -Infinity) > this.#clock.now()) return false;
    this.#untilMs.set(name, this.#clock.now() + forMs);
    this.taken.push(name);
    return true;
  }

  async release(name: string): Promise<void> {
    await Promise.resolve();
    this.#untilMs.delete(name);
  }
}
