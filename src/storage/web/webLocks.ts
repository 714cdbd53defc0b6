import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import type { Clock } from '../../base/clock.ts';
import { shortHash } from '../../base/hash.ts';
import { describeError, type Log } from '../../base/log.ts';
import type { HeldLock, WindowLocks } from '../../sessions/ports.ts';
import { CLAIMS_KEPT_FOR_MS, isWithin, LocalLocks } from '../localLocks.ts';

const CLAIMS_KEY = 'claims';
/** Names that a window has claimed. They are hashed because they may contain account ids. */
const Claims = z.array(z.object({ name: z.string(), atMs: z.number() }));

/**
 * Locks where the extension host of each window has its own origin: nothing can lock out another window there, so these
 * work within one window. When two windows act at the same time, the versions of the sessions decide. Claims are in
 * the global state, so that the other windows see them a moment later, and this one after a reload.
 */
export class WebLocks implements WindowLocks {
  readonly #localLocks: LocalLocks;
  readonly #memento: vscode.Memento;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(memento: vscode.Memento, clock: Clock, log: Log) {
    this.#localLocks = new LocalLocks(clock);
    this.#memento = memento;
    this.#clock = clock;
    this.#log = log;
  }

  withLock<T>(name: string, signal: AbortSignal, work: (lock: HeldLock) => Promise<T>): Promise<T> {
    return this.#localLocks.withLock(name, signal, work);
  }

  async claimFor(name: string, ms: number): Promise<boolean> {
    try {
      const hash = shortHash(name);
      const nowMs = this.#clock.now();
      const claims = z.safeParse(Claims, this.#memento.get(CLAIMS_KEY)).data ?? [];
      if (claims.some((each) => each.name === hash && isWithin(ms, nowMs, each.atMs))) return false;
      const others = claims.filter(
        (each) => each.name !== hash && isWithin(CLAIMS_KEPT_FOR_MS, nowMs, each.atMs),
      );
      await this.#memento.update(CLAIMS_KEY, [...others, { name: hash, atMs: nowMs }]);
      return true;
    } catch (error) {
      this.#log.warn(`Other windows cannot be told what this one does: ${describeError(error)}.`);
      return this.#localLocks.claimFor(name, ms);
    }
  }
}
