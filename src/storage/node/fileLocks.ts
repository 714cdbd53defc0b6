import { mkdir, readdir, rm, utimes } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';

import { describeError } from '../../base/log.ts';
import type { Runtime } from '../../base/runtime.ts';
import { abortable } from '../../base/timeLimit.ts';
import type { WindowLocks } from '../../sessions/ports.ts';
import { LocalLocks, addClaim, Claims } from '../localLocks.ts';
import { hasCode, readRegular, writeWhole } from './files.ts';
import {
  createLock,
  hasEnded,
  hashOf,
  isSame,
  type Lock,
  type LockSnapshot,
  lookAt,
  newOwner,
  releaseLock,
  breakStaleLock,
} from './lockFile.ts';

/** The owner of a lock touches its file this often, to show that it is alive. */
const TOUCH_EVERY_MS = 3_000;
/** A lock whose file was not touched for this long is stale: its owner has crashed, or hangs. */
const STALE_AFTER_MS = 20_000;
/** How often a waiting window polls the lock. */
const LOOK_AGAIN_MS = 100;
/** After this many failures in a row, the folder counts as unusable. */
const MAX_ERRORS = 5;
/** A crash can leave a file whose name no window uses again. Deleted at a later start, at this age. */
const SWEEP_AFTER_MS = 24 * 60 * 60_000;

/** The file extension of locks. */
const LOCK = '.lock';
const CLAIMS_FILE = 'told.json';
/** Room for thousands of entries. A larger file is not ours. */
const MAX_CLAIMS_BYTES = 1024 * 1024;

/**
 * Locks as files in a folder that all windows of this user share. Only one window can create a file. The owner of a
 * lock touches its file while it works. A waiting window polls the file. If the owner's process has ended, or the file
 * does not change for 20 seconds of this waiting, the waiting window breaks the lock. This compares no two clocks, and
 * a laptop that sleeps loses no lock. If the folder cannot be used, the locks work within one window only.
 */
export class FileLocks implements WindowLocks {
  readonly #folder: string;
  readonly #runtime: Runtime;
  /** Calls of this window for the same lock queue here, so only one of them at a time waits for the file. */
  readonly #localLocks: LocalLocks;

  constructor(folder: string, runtime: Runtime) {
    this.#folder = folder;
    this.#runtime = runtime;
    this.#localLocks = new LocalLocks(runtime.clock);
    void this.#sweep();
  }

  withLock<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const file = path.join(this.#folder, `${hashOf(name)}${LOCK}`);
    return this.#localLocks.withLock(name, signal, () => this.#withFile(file, signal, work));
  }

  async claimFor(name: string, ms: number): Promise<boolean> {
    try {
      return await this.withLock(CLAIMS_FILE, this.#runtime.closed, () => this.#claim(hashOf(name), ms));
    } catch (error) {
      this.#runtime.log.warn(`Other windows cannot be told what this one does: ${describeError(error)}.`);
      return this.#localLocks.claimFor(name, ms);
    }
  }

  async #withFile<T>(file: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const lock = await this.#acquire(file, signal);
    const done = new AbortController();
    if (lock !== undefined) void this.#touch(lock, done.signal);
    try {
      return await work();
    } finally {
      done.abort();
      if (lock !== undefined) await this.#release(lock);
    }
  }

  async #claim(name: string, ms: number): Promise<boolean> {
    const file = path.join(this.#folder, CLAIMS_FILE);
    const nowMs = this.#runtime.clock.now();
    const claims = addClaim(await readClaims(file), name, ms, nowMs);
    if (claims !== undefined) await writeWhole(file, JSON.stringify(claims));
    return claims !== undefined;
  }

  /** How many locks all windows hold now. Undefined when the folder cannot be read. */
  async held(): Promise<number | undefined> {
    try {
      return (await readdir(this.#folder)).filter((name) => name.endsWith(LOCK)).length;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return 0; // there is no folder before the first lock
      this.#runtime.log.warn(`The locks cannot be counted: ${describeError(error)}.`);
      return undefined;
    }
  }

  /**
   * Waits for the lock. Undefined when the folder cannot be used. Rejects with `signal.reason` as soon as the signal
   * aborts, even if the disk hangs, and releases a lock that is acquired after that.
   */
  async #acquire(file: string, signal: AbortSignal): Promise<Lock | undefined> {
    const lock = { file, owner: newOwner() };
    const acquiring = this.#tryToAcquire(lock, signal);
    try {
      return await abortable(acquiring, signal);
    } catch (error) {
      acquiring.then(
        (acquired) => (acquired === undefined ? undefined : this.#release(acquired)),
        () => undefined, // not acquired
      );
      throw error;
    }
  }

  async #tryToAcquire(lock: Lock, signal: AbortSignal): Promise<Lock | undefined> {
    let errors = 0;
    let last: LockSnapshot | undefined;
    let unchangedMs = 0;
    let removals = 0;
    for (;;) {
      signal.throwIfAborted();
      try {
        await mkdir(this.#folder, { recursive: true });
        if (await createLock(lock)) return lock;
        const look = await lookAt(lock.file);
        if (look === undefined) continue; // its owner has released it
        unchangedMs = isSame(look, last) ? unchangedMs + LOOK_AGAIN_MS : 0;
        last = look;
        if (unchangedMs >= STALE_AFTER_MS || hasEnded(look.owner)) {
          await breakStaleLock(lock.file, look, removals);
          unchangedMs = 0;
          removals += 1;
        }
        errors = 0;
      } catch (error) {
        errors += 1;
        if (errors === MAX_ERRORS) {
          this.#runtime.log.warn(`Other windows cannot be locked out: ${describeError(error)}.`);
          return undefined;
        }
      }
      await this.#runtime.clock.sleep(LOOK_AGAIN_MS, signal);
    }
  }

  /** Touches the file until the work is done, or another window has taken the lock. */
  async #touch({ file, owner }: Lock, done: AbortSignal): Promise<void> {
    const { clock, log } = this.#runtime;
    for (;;) {
      await clock.sleep(TOUCH_EVERY_MS, done).catch(() => undefined);
      if (done.aborted) return;
      try {
        if ((await lookAt(file))?.owner !== owner) return; // this window hung, and another window has taken the lock
        const now = new Date(clock.now());
        await utimes(file, now, now);
      } catch (error) {
        log.warn(`A lock could not be kept alive: ${describeError(error)}.`);
      }
    }
  }

  async #release(lock: Lock): Promise<void> {
    try {
      await releaseLock(lock);
    } catch (error) {
      // Nobody touches the file any longer, so another window takes the lock after 20 seconds.
      this.#runtime.log.warn(`A lock could not be released: ${describeError(error)}.`);
    }
  }

  /**
   * Deletes files of crashed windows. Acquires a lock before deleting it, as every waiting window does, because a lock
   * in use can look old after a jump of the clock.
   */
  async #sweep(): Promise<void> {
    const { clock, closed, log } = this.#runtime;
    try {
      for (const name of await readdir(this.#folder)) {
        const file = path.join(this.#folder, name);
        const look = name === CLAIMS_FILE ? undefined : await lookAt(file);
        if (look === undefined || clock.now() - look.touchedAtMs < SWEEP_AFTER_MS) continue;
        if (name.endsWith(LOCK)) await this.#withFile(file, closed, () => Promise.resolve());
        else await rm(file, { force: true, recursive: true });
      }
    } catch (error) {
      // Expected: there is no folder before the first lock, and the window can close during the sweep.
      if (!closed.aborted && !hasCode(error, 'ENOENT')) log.warn(`Old locks stay: ${describeError(error)}.`);
    }
  }
}

async function readClaims(file: string): Promise<Claims> {
  try {
    const bytes = await readRegular(file, MAX_CLAIMS_BYTES);
    return z.safeParse(Claims, JSON.parse(new TextDecoder().decode(bytes))).data ?? [];
  } catch (error) {
    if (error instanceof SyntaxError) return []; // no file, or one that is not ours
    throw error;
  }
}
