import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import { type Clock, isWithin } from '../../base/clock.ts';
import { shortHash } from '../../base/hash.ts';
import { describeError, type Log } from '../../base/log.ts';
import { HeldElsewhereError, type HeldLock, type WindowLocks } from '../../sessions/ports.ts';
import { CLAIMS_KEPT_FOR_MS, LocalLocks } from '../localLocks.ts';

const CLAIMS_KEY = 'claims';
/** Names that a window has claimed. They are hashed because they may contain account ids. */
const Claims = z.array(z.object({ name: z.string(), atMs: z.number() }));

/** The prefix of the keys under which lock owners show that they are alive. */
const OWNER_PREFIX = 'owner/';
/** `beats` changes while the owner works. */
const Owner = z.object({ id: z.string(), beats: z.number() });
/** How often an owner shows that it is alive. */
const BEAT_EVERY_MS = 3_000;
/** How often a waiting window polls the global state. */
const POLL_EVERY_MS = 1_000;

/**
 * Locks where the extension host of each window has its own origin: nothing can lock out another window there, so these
 * work within one window. When two windows act at the same time, the versions of the sessions decide. Work that another
 * window may continue shows life in the global state, which the other windows see a moment later; two of them may still
 * begin at the same time. Claims are in the global state, too, so that this window sees them after a reload.
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

  withLock<T>(
    name: string,
    signal: AbortSignal,
    work: (lock: HeldLock) => Promise<T>,
    staleAfterMs?: number,
  ): Promise<T> {
    if (staleAfterMs === undefined) return this.#localLocks.withLock(name, signal, work);
    return this.#localLocks.withLock(name, signal, async (local) => {
      const key = OWNER_PREFIX + shortHash(name);
      await this.#waitUntilStale(key, staleAfterMs, signal);
      const id: string = crypto.randomUUID();
      const done = new AbortController();
      const isHeld = (): boolean => (this.#ownerOf(key)?.id ?? id) === id; // another window can undo a write
      const beating = this.#beat(key, id, isHeld, done.signal);
      try {
        return await work({ ...local, isHeld: () => Promise.resolve(isHeld()) });
      } finally {
        done.abort();
        await beating;
      }
    });
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

  /** Rejects with a HeldElsewhereError, or with `signal.reason`. */
  async #waitUntilStale(key: string, staleAfterMs: number, signal: AbortSignal): Promise<void> {
    const first = this.#ownerOf(key);
    for (let leftMs = staleAfterMs; leftMs > 0 && first !== undefined; leftMs -= POLL_EVERY_MS) {
      await this.#clock.sleep(POLL_EVERY_MS, signal);
      const now = this.#ownerOf(key);
      if (now === undefined) return;
      if (now.id !== first.id || now.beats !== first.beats) throw new HeldElsewhereError();
    }
  }

  /** Shows life until the work is done, or another window has the lock. Each beat is a round trip. Never rejects. */
  async #beat(key: string, id: string, isHeld: () => boolean, done: AbortSignal): Promise<void> {
    // The first beat replaces the owner that showed no life.
    for (let beats = 0; !done.aborted && (beats === 0 || isHeld()); beats++) {
      try {
        await this.#memento.update(key, { id, beats });
      } catch (error) {
        this.#log.warn(`A lock could not be kept alive: ${describeError(error)}.`);
      }
      await this.#clock.sleep(BEAT_EVERY_MS, done).catch(() => undefined); // it is done
    }
    if (isHeld()) await this.#memento.update(key, undefined).then(undefined, () => undefined);
  }

  #ownerOf(key: string): z.infer<typeof Owner> | undefined {
    return z.safeParse(Owner, this.#memento.get(key)).data;
  }
}
