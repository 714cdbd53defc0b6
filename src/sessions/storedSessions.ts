import type { Runtime } from '../base/runtime.ts';
import { withTimeLimit } from '../base/timeLimit.ts';
import type { SessionStorage, WindowLocks } from './ports.ts';
import { deserialize, isNewer, serialize, type SessionRecord } from './record.ts';

/** The storage could not be read or written in time. The cause is the platform's error, or a TimeLimitError. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** A locked keyring may ask the person for a password first. */
const STORAGE_LIMIT_MS = 60_000;

/** What is stored under an id: a version, a text that this version of the extension cannot read, or nothing. */
export type Stored = SessionRecord | 'unreadable' | undefined;

/** True when `newest` must be stored. A text that this version cannot read is never replaced. */
export function isStale(stored: Stored, newest: SessionRecord): boolean {
  return stored !== 'unreadable' && (stored === undefined || isNewer(newest, stored));
}

/** Access to what is stored: as records, within a time limit, and for changes under a window lock. */
export class StoredSessions {
  readonly #storage: SessionStorage;
  readonly #locks: WindowLocks;
  readonly #runtime: Runtime;

  constructor(storage: SessionStorage, locks: WindowLocks, runtime: Runtime) {
    this.#storage = storage;
    this.#locks = locks;
    this.#runtime = runtime;
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

  /** Call it within `change` only. Rejects with the platform's error. */
  async write(record: SessionRecord): Promise<void> {
    await this.#storage.write(record.id, serialize(record));
  }

  /** Rejects with the platform's error. */
  async delete(id: string): Promise<void> {
    await this.#storage.delete(id);
  }

  /**
   * Runs work that changes one session, while no other window does. The lock is held until the work has settled,
   * also when this gives up before that: a write that is under way may still land. Throws a StoreError when it fails
   * or takes longer than a minute, or `signal.reason`. `limits` aborts in both cases.
   */
  change<T>(id: string, signal: AbortSignal, work: (limits: AbortSignal) => Promise<T>): Promise<T> {
    return this.limited(signal, (limits) => this.#locks.withLock(`write ${id}`, limits, () => work(limits)));
  }

  /** Runs work while no other window renews the session. Settles as the work does, or with `signal.reason`. */
  withoutRenewal<T>(id: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#locks.withLock(`renew ${id}`, signal, work);
  }

  /** Runs work for a minute at most. Throws a StoreError when it fails or takes longer, or `signal.reason`. */
  async limited<T>(signal: AbortSignal, work: (limits: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await withTimeLimit(this.#runtime.clock, STORAGE_LIMIT_MS, signal, work);
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof StoreError) throw cause;
      throw new StoreError('The storage of the sessions failed', { cause });
    }
  }
}
