import { type Clock, isWithin } from '../base/clock.ts';
import { abortable } from '../base/timeLimit.ts';
import type { HeldLock, WindowLocks } from '../sessions/ports.ts';

/** Locks within one window: in front of those that other windows respect, and in their place where there are none. */
export class LocalLocks implements WindowLocks {
  readonly #clock: Clock;
  /** The last turn in the queue of each lock. It resolves when its work and all work before it have ended. */
  readonly #turns = new Map<string, Promise<undefined>>();
  readonly #handedOn = new Map<string, string>();
  readonly #claimedAtMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async withLock<T>(name: string, signal: AbortSignal, work: (lock: HeldLock) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const before = this.#turns.get(name);
    const { promise: done, resolve: release } = Promise.withResolvers<undefined>();
    const turn = before === undefined ? done : before.then(() => done);
    this.#turns.set(name, turn);
    try {
      if (before !== undefined) await abortable(before, signal);
      return await work({
        handedOn: this.#handedOn.get(name),
        isHeld: () => Promise.resolve(true),
        handOn: (itemName) => void this.#handedOn.set(name, itemName),
      });
    } finally {
      release(undefined);
      void turn.then(() => {
        if (this.#turns.get(name) === turn) this.#turns.delete(name);
      });
    }
  }

  claimFor(name: string, ms: number): Promise<boolean> {
    const nowMs = this.#clock.now();
    const isNew = !isWithin(ms, nowMs, this.#claimedAtMs.get(name));
    if (isNew) this.#claimedAtMs.set(name, nowMs);
    return Promise.resolve(isNew);
  }
}

/** Claims that are older than this are deleted. Longer than any claim lasts. */
export const CLAIMS_KEPT_FOR_MS = 60 * 24 * 60 * 60_000;
