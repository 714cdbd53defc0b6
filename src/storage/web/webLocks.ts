import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import type { Clock } from '../../base/clock.ts';
import { describeError, type Log } from '../../base/log.ts';
import type { WindowLocks } from '../../sessions/ports.ts';
import { OneWindowLocks, tellOnce, Told } from '../localLocks.ts';
import { hashOf } from './webCipher.ts';

const TOLD = 'told';

/**
 * Locks where each window's extension host has an origin of its own: nothing there can lock another window out, so a
 * window takes turns with itself only. What two windows do at the same time is settled by the versions of the sessions.
 * What was told once is in the global state, so all windows hear of it a moment later, and after a reload.
 */
export class WebLocks implements WindowLocks {
  readonly #ownTurns: OneWindowLocks;
  readonly #memento: vscode.Memento;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(memento: vscode.Memento, clock: Clock, log: Log) {
    this.#ownTurns = new OneWindowLocks(clock);
    this.#memento = memento;
    this.#clock = clock;
    this.#log = log;
  }

  withLock<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#ownTurns.withLock(name, signal, work);
  }

  async once(name: string, forMs: number): Promise<boolean> {
    try {
      const hash = await hashOf(name);
      const before = z.safeParse(Told, this.#memento.get(TOLD)).data ?? [];
      const told = tellOnce(before, hash, forMs, this.#clock.now());
      if (told === undefined) return false;
      await this.#memento.update(TOLD, told);
      return true;
    } catch (error) {
      this.#log.warn(`Other windows cannot be told what this one does: ${describeError(error)}.`);
      return this.#ownTurns.once(name, forMs);
    }
  }
}
