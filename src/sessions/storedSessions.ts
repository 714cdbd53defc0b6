import { describeError } from '../base/log.ts';
import { keepTrying } from '../base/clock.ts';
import type { Runtime } from '../base/runtime.ts';
import { NEVER, withTimeLimit } from '../base/timeLimit.ts';
import { sessionKey, type SessionOf } from './accounts.ts';
import type { SessionStorage, WindowLocks } from './ports.ts';
import { deserialize, isNewer, serialize, type SessionRecord } from './record.ts';

/** The storage could not be read or written in time. The cause is the platform's error, or a TimeLimitError. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** Long enough to unlock a keyring that asks for its password first. */
const STORAGE_LIMIT_MS = 60_000;

/** What is stored under an id: a version, a text that this version of the extension cannot read, or nothing. */
export type Stored = SessionRecord | 'unreadable' | undefined;

/** True when `newest` must be stored. A text that this version of the extension cannot read is never replaced. */
export function isStale(stored: Stored, newest: SessionRecord): boolean {
  return stored !== 'unreadable' && (stored === undefined || isNewer(newest, stored));
}

/** The storage port in terms of records, with the locks and the time limit for its use, and retries of failed writes. */
export class StoredSessions {
  readonly #storage: SessionStorage;
  readonly #locks: WindowLocks;
  readonly #runtime: Runtime;
  readonly #merge: (id: string, stored: Stored) => SessionRecord | undefined;
  /** Sessions whose newest version is not in storage yet, with the end of the attempts to store it. */
  readonly #saving = new Map<string, Promise<void>>();

  /** `merge` takes what is stored into memory, and returns the newest version. */
  constructor(
    storage: SessionStorage,
    locks: WindowLocks,
    runtime: Runtime,
    merge: (id: string, stored: Stored) => SessionRecord | undefined,
  ) {
    this.#storage = storage;
    this.#locks = locks;
    this.#runtime = runtime;
    this.#merge = merge;
  }

  /** Rejects with the platform's error. */
  ids(): Promise<string[]> {
    return this.#storage.ids();
  }

  /** Rejects with the platform's error. */
  async read(id: string): Promise<Stored> {
    const text = await this.#storage.read(id);
    if (text === undefined) return undefined;
    const record = deserialize(id, text);
    if (record === undefined)
      this.#runtime.log.warn('A stored session is not readable by this version. It is left alone.');
    return record ?? 'unreadable';
  }

  /** Call it within `whileWriting` only. Rejects with the platform's error. */
  async write(record: SessionRecord): Promise<void> {
    await this.#storage.write(record.id, serialize(record));
  }

  /** Rejects with the platform's error. */
  async delete(id: string): Promise<void> {
    await this.#storage.delete(id);
  }

  /** Stores the newest version of a session. Throws a StoreError when the first attempt fails; retries follow. */
  async save(id: string): Promise<void> {
    try {
      await this.#save(id);
    } catch (error) {
      this.#runtime.log.warn(`A session could not be stored: ${describeError(error)}. Trying again.`);
      // Removed from the map within the last attempt, so that a later failure starts new attempts.
      const attempt = (): Promise<boolean> => this.#save(id).then(() => this.#saving.delete(id));
      if (!this.#saving.has(id)) this.#saving.set(id, keepTrying(attempt, this.#runtime));
      throw error;
    }
  }

  /** Waits until the newest version of a session is stored, or the window has closed. Never rejects. */
  async saveAtLast(id: string): Promise<void> {
    await this.save(id).catch(() => this.#saving.get(id));
  }

  /**
   * Runs work that reads and writes one session while no other window does. The lock is held until the work has
   * settled. Settles as the work does, or rejects with `signal.reason` when the signal aborts before it begins.
   */
  whileWriting<T>(id: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#locks.withLock(`write ${id}`, signal, work);
  }

  /**
   * Runs work that brings a session a new grant (a sign-in, a renewal, a rotated token) while no other window does.
   * Work in `whileWriting` is not locked out. Settles as `whileWriting` does.
   */
  whileGranting<T>(session: SessionOf, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#locks.withLock(`grant ${sessionKey(session)}`, signal, work);
  }

  /**
   * Runs work for a minute at most. Throws a StoreError when it fails or takes longer, or `signal.reason`. The signal
   * that the work gets aborts in both cases, but a write that is under way may still land.
   */
  async limited<T>(signal: AbortSignal, work: (limits: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await withTimeLimit(this.#runtime.clock, STORAGE_LIMIT_MS, signal, work);
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof StoreError) throw cause;
      throw new StoreError('The storage of the sessions failed', { cause });
    }
  }

  /** Makes one attempt. The lock is held until the write has settled, even if this gives up earlier. */
  async #save(id: string): Promise<void> {
    await this.limited(NEVER, (limits) =>
      this.whileWriting(id, limits, async () => {
        const stored = await this.read(id);
        const newest = this.#merge(id, stored);
        if (newest !== undefined && isStale(stored, newest)) await this.write(newest);
      }),
    );
  }
}
