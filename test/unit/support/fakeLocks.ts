import { NEVER } from '../../../src/base/timeLimit.ts';
import { HeldElsewhereError, type HeldLock, type WindowLocks } from '../../../src/sessions/ports.ts';
import { LocalLocks } from '../../../src/storage/localLocks.ts';
import type { FakeClock } from './fakeClock.ts';

/** How long a lock stays taken after the last sign of life of the window that held it. */
const STALE_AFTER_MS = 20_000;

interface Owner {
  readonly staleAfterMs: number;
  readonly isAlive: () => boolean;
}

/** The locks as one window sees them. */
export interface FakeWindowLocks extends WindowLocks {
  /** The window's process ends. The other windows get its locks later. */
  die(): void;
  /**
   * The window shows no more signs of life, because it hangs or its browser tab is gone, but its work may continue.
   * The other windows get its locks later.
   */
  freeze(): void;
  /** A frozen window shows signs of life again. */
  thaw(): void;
}

/** The locks of all windows of one user. */
export class FakeLocks {
  /** The names for which `claimFor` returned true, in order. */
  readonly told: string[] = [];
  /** False if the folder cannot be used, so that no window can lock out another one. */
  isUsable = true;
  /** How long it takes to release a lock. */
  releaseMs = 0;
  /** The owner of each lock that is held. */
  readonly #owners = new Map<string, Owner>();
  readonly #handedOn = new Map<string, string>();
  readonly #claimedAtMs = new Map<string, number>();
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  isHeld(name: string): boolean {
    return this.#owners.has(name);
  }

  /** The item name that the last owner of a lock has handed on. */
  handedOn(name: string): string | undefined {
    return this.#handedOn.get(name);
  }

  window(): FakeWindowLocks {
    const localLocks = new LocalLocks(this.#clock);
    const owned = new Map<string, Owner>();
    let state: 'alive' | 'frozen' | 'dead' = 'alive';
    let lastFrozen = {};
    const loseLater = (name: string, owner: Owner): void => {
      const frozen = lastFrozen;
      this.#clock.at(this.#clock.ranMs + owner.staleAfterMs, () => {
        const isStale = state === 'dead' || (state === 'frozen' && frozen === lastFrozen);
        if (isStale && this.#owners.get(name) === owner) this.#owners.delete(name);
      });
    };
    const stop = (next: 'frozen' | 'dead'): void => {
      [state, lastFrozen] = [next, {}];
      for (const [name, owner] of owned) loseLater(name, owner);
    };
    const withLock = async <T>(
      name: string,
      signal: AbortSignal,
      work: (lock: HeldLock) => Promise<T>,
      staleAfterMs?: number,
    ): Promise<T> => {
      if (!this.isUsable)
        return localLocks.withLock(name, signal, (lock) =>
          work({ ...lock, isHeld: () => Promise.resolve(false) }),
        );
      await Promise.resolve();
      signal.throwIfAborted();
      for (let other = this.#owners.get(name); other !== undefined; other = this.#owners.get(name)) {
        if (staleAfterMs !== undefined && other.isAlive()) throw new HeldElsewhereError();
        await this.#clock.sleep(100, signal);
      }
      if (state === 'dead') return new Promise<never>(() => undefined);
      const owner = { staleAfterMs: staleAfterMs ?? STALE_AFTER_MS, isAlive: () => state === 'alive' };
      this.#owners.set(name, owner);
      owned.set(name, owner);
      if (state === 'frozen') loseLater(name, owner);
      const isHeld = (): boolean => this.#owners.get(name) === owner;
      let next: string | undefined;
      try {
        return await work({
          handedOn: this.#handedOn.get(name),
          isHeld: () => Promise.resolve(isHeld() || (staleAfterMs !== undefined && !this.#owners.has(name))),
          handOn: (itemName) => (next = itemName),
        });
      } finally {
        if (this.releaseMs > 0) await this.#clock.sleep(this.releaseMs, NEVER);
        if (isHeld()) {
          if (next !== undefined) this.#handedOn.set(name, next);
          this.#owners.delete(name);
        }
        if (owned.get(name) === owner) owned.delete(name);
      }
    };
    return {
      withLock,
      claimFor: (name, ms) => Promise.resolve(this.#claimFor(name, ms)),
      die: () => {
        stop('dead');
      },
      freeze: () => {
        stop('frozen');
      },
      thaw: () => {
        state = 'alive';
      },
    };
  }

  #claimFor(name: string, ms: number): boolean {
    const nowMs = this.#clock.now();
    if (Math.abs(nowMs - (this.#claimedAtMs.get(name) ?? Infinity)) < ms) return false;
    this.#claimedAtMs.set(name, nowMs);
    this.told.push(name);
    return true;
  }
}
