import { mkdir, readdir, utimes } from 'node:fs/promises';
import path from 'node:path';

import { isWithin } from '../../base/clock.ts';
import { shortHash } from '../../base/hash.ts';
import { describeError } from '../../base/log.ts';
import type { Runtime } from '../../base/runtime.ts';
import { abortable } from '../../base/timeLimit.ts';
import { HeldElsewhereError, type HeldLock, type WindowLocks } from '../../sessions/ports.ts';
import { LocalLocks } from '../localLocks.ts';
import { hasCode } from './files.ts';
import {
  type AcquiredLock,
  createFile,
  handedOn,
  isOwner,
  isSame,
  type Lock,
  newOwner,
  processOf,
  readSnapshot,
  releaseLock,
  removeIfUnchanged,
  type Snapshot,
} from './lockFile.ts';
import { sweepLocks } from './lockSweep.ts';

/** The owner of a lock touches its file this often, to show that it is alive. */
const TOUCH_EVERY_MS = 3_000;
/**
 * A lock whose file was not touched for this long is stale. An owner whose process lives may hang in the middle of a
 * renewal, whose answer is the only copy of a new token: the request takes up to 15 seconds (`send` in src/http), and
 * what it brought must be stored.
 */
const STALE_AFTER_MS = { ended: 0, unknown: 20_000, alive: 60_000 };
/** How often a waiting window polls the lock. */
const POLL_EVERY_MS = 100;
/** After this many failures in a row, the folder counts as unusable. */
const MAX_ERRORS = 5;

/**
 * Locks as files in a folder that all windows of this user share. Only one window can create a file. The owner of a
 * lock touches its file while it works. A waiting window polls the file. If the owner's process has ended, or the file
 * does not change for a part of this waiting, the waiting window takes the lock. This compares no two clocks, and a
 * laptop that sleeps loses no lock. If the folder cannot be used, the locks work within one window only.
 */
export class FileLocks implements WindowLocks {
  readonly #folder: string;
  readonly #roundTrip: () => Promise<unknown>;
  readonly #runtime: Runtime;
  /** Calls of this window for the same lock queue here: one at a time waits for the file. */
  readonly #localLocks: LocalLocks;
  /** The errors of the folder that are in the log. */
  readonly #logged = new Set<string>();

  /**
   * `roundTrip` is any call that VS Code answers. It does not answer the extension host of a browser tab that is gone,
   * which lives on for minutes or hours and must not keep its locks.
   */
  constructor(folder: string, roundTrip: () => Promise<unknown>, runtime: Runtime) {
    this.#folder = folder;
    this.#roundTrip = roundTrip;
    this.#runtime = runtime;
    this.#localLocks = new LocalLocks(runtime.clock);
    const removeLock = (file: string): Promise<unknown> =>
      this.#acquire(file, runtime.closed).then((lock) => lock && this.#release(lock));
    void sweepLocks(folder, removeLock, runtime);
  }

  withLock<T>(
    name: string,
    signal: AbortSignal,
    work: (lock: HeldLock) => Promise<T>,
    staleAfterMs?: number,
  ): Promise<T> {
    return this.#localLocks.withLock(name, signal, async (local) => {
      const file = path.join(this.#folder, `${shortHash(name)}.lock`);
      const lock = await this.#acquire(file, signal, staleAfterMs);
      if (lock === undefined) return work({ ...local, isHeld: () => Promise.resolve(false) });
      const done = new AbortController();
      void this.#showLife(lock, done.signal);
      let next: string | undefined;
      try {
        return await work({
          handedOn: lock.itemNames.at(-1),
          isHeld: () => (staleAfterMs === undefined ? this.#isHeld(lock) : this.#hasNoOtherOwner(lock)),
          handOn: (itemName) => (next = itemName),
        });
      } finally {
        done.abort();
        await this.#release(lock, next);
      }
    });
  }

  async claimFor(name: string, ms: number): Promise<boolean> {
    const { clock, closed } = this.#runtime;
    const file = path.join(this.#folder, `${shortHash(name)}.claim`);
    try {
      for (let last: Snapshot | undefined; ;) {
        if (await this.#create(file)) {
          await this.#touch(file);
          return true;
        }
        const snapshot = await readSnapshot(file);
        if (isWithin(ms, clock.now(), snapshot?.touchedAtMs)) return false;
        // At the first poll, the window that has created the file may not have set its time yet.
        if (snapshot !== undefined && isSame(snapshot, last)) await removeIfUnchanged(file, snapshot);
        last = snapshot;
        await clock.sleep(POLL_EVERY_MS, closed);
      }
    } catch (error) {
      return this.#logOnce(error, this.#localLocks.claimFor(name, ms));
    }
  }

  /** How many locks all windows hold now. Undefined when the folder cannot be read. */
  async held(): Promise<number | undefined> {
    try {
      return (await readdir(this.#folder)).filter((name) => name.endsWith('.lock')).length;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return 0; // there is no folder before the first lock
      this.#runtime.log.warn(`The locks cannot be counted: ${describeError(error)}.`);
      return undefined;
    }
  }

  async #create(file: string, owner = ''): Promise<boolean> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    return createFile(file, owner);
  }

  async #touch(file: string): Promise<void> {
    const now = new Date(this.#runtime.clock.now());
    await utimes(file, now, now);
  }

  /**
   * Waits for the lock. Undefined when the folder cannot be used. Rejects with `signal.reason` as soon as the signal
   * aborts, even if the disk hangs, and releases a lock that is acquired after that.
   */
  async #acquire(
    file: string,
    signal: AbortSignal,
    staleAfterMs?: number,
  ): Promise<AcquiredLock | undefined> {
    const lock = { file, owner: newOwner() };
    const acquiring = this.#tryToAcquire(lock, signal, staleAfterMs);
    try {
      return await abortable(acquiring, signal);
    } catch (error) {
      acquiring.then(
        (acquired) => acquired && this.#release(acquired),
        () => undefined, // not acquired
      );
      throw error;
    }
  }

  async #tryToAcquire(
    lock: Lock,
    signal: AbortSignal,
    staleAfterMs: number | undefined,
  ): Promise<AcquiredLock | undefined> {
    const limits =
      staleAfterMs === undefined ? STALE_AFTER_MS : { ended: 0, unknown: staleAfterMs, alive: staleAfterMs };
    let last: Snapshot | undefined;
    let unchangedMs = 0;
    for (let errors = 0; ;) {
      signal.throwIfAborted();
      try {
        if (await this.#create(lock.file, lock.owner)) {
          const noNames = (error: unknown): string[] => this.#logOnce(error, []);
          return { ...lock, itemNames: await handedOn(lock.file).catch(noNames) };
        }
        const snapshot = await readSnapshot(lock.file);
        if (snapshot === undefined) continue; // its owner has released it
        const isAlive = last !== undefined && !isSame(snapshot, last);
        if (isAlive && staleAfterMs !== undefined) throw new HeldElsewhereError();
        unchangedMs = isAlive || last === undefined ? 0 : unchangedMs + POLL_EVERY_MS;
        last = snapshot;
        if (unchangedMs >= limits[processOf(snapshot.owner)]) await removeIfUnchanged(lock.file, snapshot);
        errors = 0;
      } catch (error) {
        if (error instanceof HeldElsewhereError) throw error;
        errors += 1;
        if (errors === MAX_ERRORS) return this.#logOnce<AcquiredLock | undefined>(error, undefined);
      }
      await this.#runtime.clock.sleep(POLL_EVERY_MS, signal);
    }
  }

  /** Touches the file until the work is done, or another window has taken the lock. */
  async #showLife(lock: Lock, done: AbortSignal): Promise<void> {
    const { clock, log } = this.#runtime;
    for (;;) {
      try {
        await clock.sleep(TOUCH_EVERY_MS, done);
        await abortable(this.#roundTrip(), done);
        if (!(await isOwner(lock))) return; // this window hung, and another window has taken the lock
        await this.#touch(lock.file);
      } catch (error) {
        if (done.aborted) return;
        log.warn(`A lock could not be kept alive: ${describeError(error)}.`);
      }
    }
  }

  /** Also touches the file, so that a window back from a pause has the full time limit for what must happen once. */
  async #isHeld(lock: Lock): Promise<boolean> {
    try {
      if (!(await isOwner(lock))) return false;
      await this.#touch(lock.file);
      return await isOwner(lock);
    } catch (error) {
      return this.#logOnce(error, false);
    }
  }

  /** True also if the file is gone: who else had the lock has ended the work, or the folder was deleted. */
  async #hasNoOtherOwner({ file, owner }: Lock): Promise<boolean> {
    const snapshot = await readSnapshot(file).catch((error: unknown) =>
      this.#logOnce<Snapshot | undefined>(error, undefined),
    );
    return snapshot === undefined || snapshot.owner === owner;
  }

  async #release(lock: AcquiredLock, next?: string): Promise<void> {
    try {
      await releaseLock(lock, next);
    } catch (error) {
      // Nobody touches the file any longer, so another window takes the lock after a while.
      this.#runtime.log.warn(`A lock could not be released: ${describeError(error)}.`);
    }
  }

  /** Returns `instead`. Logs an error of the folder, but not the same one again: a full disk stays full. */
  #logOnce<T>(error: unknown, instead: T): T {
    const text = describeError(error);
    if (!this.#logged.has(text) && !this.#runtime.closed.aborted)
      this.#runtime.log.warn(`Other windows can be neither locked out nor told what this one does: ${text}.`);
    this.#logged.add(text);
    return instead;
  }
}
