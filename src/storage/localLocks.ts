import * as z from 'zod/mini';

import type { Clock } from '../base/clock.ts';
import { abortable } from '../base/timeLimit.ts';
import type { WindowLocks } from '../sessions/ports.ts';

/** Locks within one window, for when it cannot reach the others. */
export class LocalLocks implements WindowLocks {
  readonly #clock: Clock;
  /** The last turn in the queue of each lock. It resolves when its work and all work before it have ended. */
  readonly #turns = new Map<string, Promise<undefined>>();
  readonly #claims = new Map<string, { atMs: number; forMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async withLock<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const before = this.#turns.get(name);
    const { promise: done, resolve: release } = Promise.withResolvers<undefined>();
    const turn = before === undefined ? done : before.then(() => done);
    this.#turns.set(name, turn);
    try {
      if (before !== undefined) await abortable(before, signal);
      return await work();
    } finally {
      release(undefined);
      void turn.then(() => {
        if (this.#turns.get(name) === turn) this.#turns.delete(name);
      });
    }
  }

  claimFor(name: string, ms: number): Promise<boolean> {
    const nowMs = this.#clock.now();
    for (const [each, claim] of this.#claims) if (!isWithin(claim, nowMs)) this.#claims.delete(each);
    if (this.#claims.has(name)) return Promise.resolve(false);
    this.#claims.set(name, { atMs: nowMs, forMs: ms });
    return Promise.resolve(true);
  }
}

/** True when less than `forMs` lies between the two times, in either order: the clock can be set back. */
export function isWithin({ atMs, forMs }: { atMs: number; forMs: number }, nowMs: number): boolean {
  return Math.abs(nowMs - atMs) < forMs;
}

/** Names that a window has claimed. They are hashed because they may contain account ids. Times are in milliseconds. */
export const Claims = z.array(z.object({ name: z.string(), atMs: z.number(), forMs: z.number() }));
export type Claims = z.infer<typeof Claims>;

/** Returns the claims with this one, and without stale ones, or undefined when the name is claimed already. */
export function addClaim(claims: Claims, name: string, ms: number, nowMs: number): Claims | undefined {
  const current = claims.filter((each) => isWithin(each, nowMs));
  if (current.some((each) => each.name === name)) return undefined;
  return [...current, { name, atMs: nowMs, forMs: ms }];
}
