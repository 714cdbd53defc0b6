import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import type { Clock } from '../../base/clock.ts';
import { describeError, type Log } from '../../base/log.ts';
import type { WindowLocks } from '../../sessions/ports.ts';
import { LocalLocks, addClaim, Claims } from '../localLocks.ts';
import { hashOf } from './webCipher.ts';

const CLAIMS = 'told';

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

  withLock<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#localLocks.withLock(name, signal, work);
  }

  async claimFor(name: string, ms: number): Promise<boolean> {
    try {
      const hash = await hashOf(name);
      const before = z.safeParse(Claims, this.#memento.get(CLAIMS)).data ?? [];
      const claims = addClaim(before, hash, ms, this.#clock.now());
      if (claims === undefined) return false;
      await this.#memento.update(CLAIMS, claims);
      return true;
    } catch (error) {
      this.#log.warn(`Other windows cannot be told what this one does: ${describeError(error)}.`);
      return this.#localLocks.claimFor(name, ms);
    }
  }
}
