import type { WindowLocks } from '../../../src/sessions/ports.ts';
import type { FakeClock } from './fakeClock.ts';

/** How long a lock stays taken after the window that held it has died. */
const STALE_AFTER_MS = 20_000;

/** The locks as one window sees them. */
export interface FakeWindowLocks extends WindowLocks {
  /** The window's process ends. The other windows get its locks later. */
  die(): void;
}

/** The locks of all windows of one person. */
export class FakeLocks {
  /** The names for which `claimFor` was true, in order. */
  readonly told: string[] = [];
  /** The owner of each lock that is held. */
  readonly #owners = new Map<string, object>();
  readonly #untilMs = new Map<string, number>();
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  isHeld(name: string): boolean {
    return this.#owners.has(name);
  }

  window(): FakeWindowLocks {
    const owned = new Set<string>();
    let alive = true;
    const withLock = async <T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
      await Promise.resolve();
      signal.throwIfAborted();
      while (this.#owners.has(name)) await this.#clock.sleep(100, signal);
      if (!alive) return new Promise<never>(() => undefined);
      const owner = {};
      this.#owners.set(name, owner);
      owned.add(name);
      try {
        return await work();
      } finally {
        owned.delete(name);
        if (this.#owners.get(name) === owner) this.#owners.delete(name);
      }
    };
    return {
      withLock,
      claimFor: (name, ms) => Promise.resolve(this.#claimFor(name, ms)),
      die: () => {
        alive = false;
        for (const name of owned) {
          const owner = this.#owners.get(name);
          this.#clock.at(this.#clock.ranMs + STALE_AFTER_MS, () => {
            if (this.#owners.get(name) === owner) this.#owners.delete(name);
          });
        }
      },
    };
  }

  #claimFor(name: string, ms: number): boolean {
    if ((this.#untilMs.get(name) ?? -Infinity) > this.#clock.now()) return false;
    this.#untilMs.set(name, this.#clock.now() + ms);
    this.told.push(name);
    return true;
  }
}
