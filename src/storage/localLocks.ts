import * as z from 'zod/mini';

import type { Clock } from '../base/clock.ts';
import { abortable } from '../base/timeLimit.ts';
import type { WindowLocks } from '../sessions/ports.ts';

/** Locks for a window that cannot see the others: it takes turns with itself only. */
export class OneWindowLocks implements WindowLocks {
  readonly #clock: Clock;
  /** The last turn in the queue of each lock. It resolves when its work and all work before it has ended. */
  readonly #turns = new Map<string, Promise<undefined>>();
  /** When each name was told, and for how long it is not told again. */
  readonly #told = new Map<string, { atMs: number; forMs: number }>();

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

  once(name: string, forMs: number): Promise<boolean> {
    const nowMs = this.#clock.now();
    for (const [each, told] of this.#told) if (!isWithin(told, nowMs)) this.#told.delete(each);
    if (this.#told.has(name)) return Promise.resolve(false);
    this.#told.set(name, { atMs: nowMs, forMs });
    return Promise.resolve(true);
  }
}

/** True when less than `forMs` lies between the two times. `nowMs` can be the earlier one: the clock can be set back. */
export function isWithin({ atMs, forMs }: { atMs: number; forMs: number }, nowMs: number): boolean {
  return Math.abs(nowMs - atMs) < forMs;
}

/** What was told once. `name` is a hash, because a name can hold the id of an account. Times are in milliseconds. */
export const Told = z.array(z.object({ name: z.string(), atMs: z.number(), forMs: z.number() }));
export type Told = z.infer<typeof Told>;

/** The list with this name, and without what is over. Undefined if the name was told and its time is not over. */
export function tellOnce(told: Told, name: string, forMs: number, nowMs: number): Told | undefined {
  const current = told.filter((each) => isWithin(each, nowMs));
  if (current.some((each) => each.name === name)) return undefined;
  return [...current, { name, atMs: nowMs, forMs }];
}
